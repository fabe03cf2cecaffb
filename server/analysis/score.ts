import type { CategoryResult, Kpi, KpiResult, QualityProfile, ScoreCard } from '../../shared/quality.ts';
import type { Answer } from './evaluate.ts';

type Category = QualityProfile['categories'][number];

interface Points {
  scored: number;
  possible: number;
}

/**
 * Scores a profile's answers (by KPI name; a KPI without an answer was not evaluated).
 *
 * - Points: `final_score` = Σ points and `max_score` = Σ possible points, both over the KPIs that were answered and count.
 *   A KPI counts unless it is a Text question or not allowed to be scored; its possible points are its best option's.
 * - `percentage_score` = Σ(category points × weight) ÷ Σ(category possible × weight) × 100, kept within 0–100 (options may
 *   take points away). Weights act on this figure alone.
 * - `na` (does not apply) leaves both sums. So does `not_evaluated` and `error`, but those lower `coverage_percent`: the
 *   KPIs answered ÷ the KPIs that count and apply.
 * - `criticality_adjusted_score` = 0 when a critical KPI was answered below its best option, else `final_score`. A
 *   critical KPI that was not evaluated takes nothing away: coverage tells of it.
 * - Nothing answered: the scores are null, neither 0 nor 100.
 */
export function scoreCard(profile: QualityProfile, answers: ReadonlyMap<string, Answer>): ScoreCard {
  const categories = profile.categories.map((category) => scoreCategory(category, answers));
  const results = categories.flatMap(kpiResults);
  const total = sum(results);
  const final = total ? round(total.scored) : null;
  return {
    ai_score: final,
    final_score: final,
    criticality_adjusted_score: criticalityAdjusted(final, results),
    max_score: round(total?.possible ?? 0),
    percentage_score: percentage(profile.categories, categories),
    coverage_percent: coverage(
      results,
      new Set(
        kpisOf(profile)
          .filter(counts)
          .map((kpi) => kpi.kpi_name),
      ),
    ),
    categories,
  };
}

/** Whether a KPI has points at all. */
export function counts(kpi: Kpi): boolean {
  return kpi.input_type !== 'Text' && kpi.is_scoring_allowed && kpi.options.length > 0;
}

function kpisOf(profile: QualityProfile): Kpi[] {
  return profile.categories.flatMap((category) => category.sub_categories.flatMap((sub) => sub.kpis));
}

function kpiResults(category: CategoryResult): KpiResult[] {
  return category.sub_categories.flatMap((sub) => sub.kpis);
}

function scoreCategory(category: Category, answers: ReadonlyMap<string, Answer>): CategoryResult {
  const sub_categories = category.sub_categories.map((sub) => ({
    name: sub.name,
    kpis: sub.kpis.map((kpi) => scoreKpi(kpi, answers.get(kpi.kpi_name))),
  }));
  const total = sum(sub_categories.flatMap((sub) => sub.kpis));
  const final = total ? round(total.scored) : null;
  return {
    name: category.name,
    ai_score: final,
    final_score: final,
    max_score: round(total?.possible ?? 0),
    sub_categories,
  };
}

function scoreKpi(kpi: Kpi, answer: Answer | undefined): KpiResult {
  const points = answer?.state === 'answered' && counts(kpi) ? pointsOf(kpi, answer.response) : null;
  return {
    kpi_name: kpi.kpi_name,
    kpi_question: kpi.kpi_question,
    state: answer?.state ?? 'not_evaluated',
    ai_response: answer?.response ?? null,
    ai_justification: answer?.justification ?? 'Not evaluated.',
    ai_score: points,
    final_score: points,
    max_score: counts(kpi) ? Math.max(...kpi.options.map((option) => option.weightage)) : 0,
    is_critical: kpi.is_critical,
    evidence: answer?.evidence ?? [],
  };
}

function pointsOf(kpi: Kpi, response: string | null): number {
  const option = kpi.options.find((one) => one.label === response);
  if (!option) throw new RangeError(`"${response}" is not among the options of "${kpi.kpi_name}"`);
  return option.weightage;
}

/** null when no result has a score. */
function sum(results: KpiResult[]): Points | null {
  const scored = results.filter((result) => result.final_score !== null);
  if (scored.length === 0) return null;
  return {
    scored: scored.reduce((total, result) => total + (result.final_score ?? 0), 0),
    possible: scored.reduce((total, result) => total + result.max_score, 0),
  };
}

/** After Genesys' evaluation scores: groups weigh by their own points and their weight; null where no points are possible. */
function percentage(categories: Category[], results: CategoryResult[]): number | null {
  let scored = 0;
  let possible = 0;
  for (const [i, result] of results.entries()) {
    const weight = categories[i]?.weight ?? 1;
    scored += (result.final_score ?? 0) * weight;
    possible += result.max_score * weight;
  }
  return possible > 0 ? round(Math.min(100, Math.max(0, (scored / possible) * 100))) : null;
}

/** 100 where nothing was left unevaluated, also when nothing applied. */
function coverage(results: KpiResult[], counting: Set<string>): number {
  const applying = results.filter((result) => counting.has(result.kpi_name) && result.state !== 'na');
  const answered = applying.filter((result) => result.state === 'answered');
  return applying.length === 0 ? 100 : round((answered.length / applying.length) * 100);
}

/** The points of a card, or of a part of it, with these KPIs: 0 where a critical one was answered below its best option. */
export function criticalityAdjusted(finalScore: number | null, kpis: KpiResult[]): number | null {
  return finalScore !== null && kpis.some(failsCritical) ? 0 : finalScore;
}

function failsCritical(result: KpiResult): boolean {
  return result.is_critical && result.final_score !== null && result.final_score < result.max_score;
}

/** Two decimals: binary fractions of added weightages are no information. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
