import type { CategoryResult, KpiResult } from '../../shared/quality.ts';
import { criticalityAdjusted } from '../analysis/score.ts';
import type { Cell } from './cell.ts';
import type { Field, ReportRow } from './columns.ts';
import { invalidColumn } from './invalid-column.ts';

/** By the names that the API has for them. */
export const categoryScores = ['ai_score', 'final_score', 'criticality_adjusted_score', 'max_score'] as const;
export type CategoryScore = (typeof categoryScores)[number];

const readCategoryScore: Record<CategoryScore, (category: CategoryResult) => Cell> = {
  ai_score: (category) => category.ai_score,
  final_score: (category) => category.final_score,
  criticality_adjusted_score: ({ final_score, sub_categories }) =>
    criticalityAdjusted(
      final_score,
      sub_categories.flatMap(({ kpis }) => kpis),
    ),
  max_score: (category) => category.max_score,
};

/** `score` is the final one, as it was called before there were others. */
export const kpiParts = ['answer', 'score', 'justification', ...categoryScores] as const;
export type KpiPart = (typeof kpiParts)[number];

const readKpiPart: Record<KpiPart, (kpi: KpiResult) => Cell> = {
  answer: (kpi) => (kpi.state === 'answered' ? kpi.ai_response : kpi.state),
  score: (kpi) => kpi.final_score,
  justification: (kpi) => kpi.ai_justification,
  ai_score: (kpi) => kpi.ai_score,
  final_score: (kpi) => kpi.final_score,
  criticality_adjusted_score: (kpi) => criticalityAdjusted(kpi.final_score, [kpi]),
  max_score: (kpi) => kpi.max_score,
};

/** `kpi.<name>.<part>`. Throws `invalid` where there is no such part. */
export function kpiColumn(column: string): Field {
  const named = namedPart(column, 'kpi', kpiParts);
  if (!named) throw invalidColumn(column, `KPI columns are kpi.<name>.${kpiParts.join(', .')}`);
  const { name: kpiName, part } = named;
  return {
    kind: part === 'answer' || part === 'justification' ? 'text' : 'number',
    source: 'score_card',
    kpiName,
    read(row) {
      const kpi = kpiOf(row, kpiName);
      return kpi ? readKpiPart[part](kpi) : null;
    },
  };
}

/** `category.<name>.<score>`. Undefined for any other column: keys of metadata may begin like one. */
export function categoryColumn(column: string): Field | undefined {
  const named = namedPart(column, 'category', categoryScores);
  if (!named) return undefined;
  const { name: categoryName, part } = named;
  return {
    kind: 'number',
    source: 'score_card',
    categoryName,
    read({ score_card }) {
      const category = score_card?.categories.find(({ name }) => name === categoryName);
      return category ? readCategoryScore[part](category) : null;
    },
  };
}

/** The name in between may hold dots; the part is what follows the last one. */
function namedPart<Part extends string>(
  column: string,
  prefix: 'kpi' | 'category',
  parts: readonly Part[],
): { name: string; part: Part } | undefined {
  if (!column.startsWith(`${prefix}.`)) return undefined;
  const dot = column.lastIndexOf('.');
  const name = column.slice(prefix.length + 1, dot);
  const part = parts.find((known) => known === column.slice(dot + 1));
  return part && name !== '' && dot > prefix.length ? { name, part } : undefined;
}

function kpiOf(row: ReportRow, name: string): KpiResult | undefined {
  for (const category of row.score_card?.categories ?? [])
    for (const subCategory of category.sub_categories)
      for (const kpi of subCategory.kpis) if (kpi.kpi_name === name) return kpi;
  return undefined;
}
