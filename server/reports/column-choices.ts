import { recentMetadataKeys } from '../../db/queries/metadata-keys.ts';
import type { Scope } from '../../db/queries/scope.ts';
import { withinTime } from '../../db/within-time.ts';
import { acousticMeasures, type QualityProfile } from '../../shared/quality.ts';
import { defaultColumns, reportFields } from '../../shared/report.ts';
import { listMetadataFields } from '../quality/metadata-fields.ts';
import { currentProfiles } from '../quality/profiles.ts';
import type { Services } from '../services.ts';
import { categoryScores, type KpiPart, kpiParts } from './score-columns.ts';

export interface ColumnChoice {
  /** As a report's configuration names it. */
  column: string;
  /** For people. */
  title: string;
}

/** The columns that a report may have, in the groups that its dialog shows. */
export interface ColumnChoices {
  fields: ColumnChoice[];
  metadata: ColumnChoice[];
  scores: ColumnChoice[];
  /** A name that several profiles have comes once for each of them. */
  categories: (ColumnChoice & { quality_profile: string })[];
  kpis: (ColumnChoice & { quality_profile: string; kpi: string; part: KpiPart })[];
  metrics: ColumnChoice[];
  defaults: string[];
}

/** These interactions' metadata is looked at for keys that nobody has declared. */
const lookedAt = 300;
const readMs = 2_000;

/** Metadata keys are the declared ones, and those that the newest interactions within the scope have. */
export async function columnChoices(services: Services, accountId: number, scope: Scope): Promise<ColumnChoices> {
  const [profiles, metadata] = await Promise.all([
    currentProfiles(services, accountId),
    metadataChoices(services, accountId, scope),
  ]);
  const isScore = (field: string) => /score|^coverage_percent$/.test(field);
  const fields = reportFields.map((field) => ({ column: field, title: titleOf(field) }));
  return {
    fields: fields.filter(({ column }) => !isScore(column)),
    metadata,
    scores: fields.filter(({ column }) => isScore(column)),
    categories: profiles.flatMap(categoryChoices),
    kpis: profiles.flatMap(kpiChoices),
    metrics: acousticMeasures.map((measure) => ({ column: `metric.${measure}`, title: titleOf(measure) })),
    defaults: defaultColumns,
  };
}

async function metadataChoices(services: Services, accountId: number, scope: Scope): Promise<ColumnChoice[]> {
  const declared = await listMetadataFields(services, accountId);
  const recent = await withinTime(services.database, readMs, (connection) =>
    recentMetadataKeys(connection, accountId, scope, lookedAt),
  );
  const titles = new Map(
    declared.filter(({ is_enabled }) => is_enabled).map((field) => [field.cqa_key, field.display_name]),
  );
  for (const key of recent.done ? recent.value : []) if (!titles.has(key)) titles.set(key, titleOf(key));
  return [...titles].map(([key, title]) => ({ column: `metadata.${key}`, title }));
}

function categoryChoices({ name: quality_profile, categories }: QualityProfile): ColumnChoices['categories'] {
  const names = [...new Set(categories.map(({ name }) => name))];
  return names.flatMap((name) =>
    categoryScores.map((score) => ({
      ...{ column: `category.${name}.${score}`, title: `${name}: ${wordsOf(score)}` },
      quality_profile,
    })),
  );
}

/** `score` and `final_score` are one. */
const offeredKpiParts = kpiParts.filter((part) => part !== 'final_score');

function kpiChoices({ name, categories }: QualityProfile): ColumnChoices['kpis'] {
  const kpis = categories.flatMap((category) => category.sub_categories.flatMap(({ kpis }) => kpis));
  return kpis.flatMap(({ kpi_name: kpi }) =>
    offeredKpiParts.map((part) => ({
      ...{ column: `kpi.${kpi}.${part}`, title: `${kpi}: ${wordsOf(part)}` },
      ...{ quality_profile: name, kpi, part },
    })),
  );
}

/** `interaction_start_time` → `Interaction start time`, `ai_score` → `AI score`. */
function titleOf(name: string): string {
  const words = wordsOf(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `ai_score` → `AI score`, `max_score` → `max score`. */
function wordsOf(name: string): string {
  return name
    .replaceAll('_', ' ')
    .trim()
    .replace(/\b(ai|qa|pii|url)\b/g, (word) => word.toUpperCase());
}
