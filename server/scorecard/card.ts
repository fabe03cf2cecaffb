import type { AnalysisDetails } from '../../db/queries/api-analyses.ts';
import type { CategoryResult, KpiResult, SubCategoryResult } from '../../shared/quality.ts';
import { criticalityAdjusted } from '../analysis/score.ts';
import type { AnalysisShown } from './schema.ts';

type CategoryShown = AnalysisShown['categories'][number];
type KpiShown = CategoryShown['sub_categories'][number]['kpis'][number];

/** An analysis as the Standard API shows it. */
export function shownAnalysis(analysis: AnalysisDetails): AnalysisShown {
  const { qaScore, scoreCard, failure, completedAt, status } = analysis;
  return {
    analysis_id: analysis.id,
    interaction_id: analysis.interactionId,
    external_interaction_id: analysis.externalId,
    profile_id: analysis.profileId,
    profile_name: analysis.profileName,
    status,
    ai_score: analysis.aiScore,
    ...(qaScore === null ? {} : { qa_score: qaScore }),
    final_score: analysis.finalScore,
    criticality_adjusted_score: analysis.criticalityAdjustedScore,
    max_score: analysis.maxScore,
    ...(status === 'failed' ? { failure_reason: failure ?? 'The analysis failed.' } : {}),
    analysis_completed_at: completedAt?.toISOString() ?? null,
    metadata: analysis.metadata,
    categories: scoreCard?.categories.map(shownCategory) ?? [],
  };
}

function shownCategory({ name, ai_score, final_score, max_score, sub_categories }: CategoryResult): CategoryShown {
  const kpis = sub_categories.flatMap((sub) => sub.kpis);
  return {
    name,
    ai_score,
    final_score,
    criticality_adjusted_score: criticalityAdjusted(final_score, kpis),
    max_score,
    sub_categories: sub_categories.map(shownSubCategory),
  };
}

function shownSubCategory({ name, kpis }: SubCategoryResult) {
  return { name, kpis: kpis.map(shownKpi) };
}

function shownKpi(kpi: KpiResult): KpiShown {
  const { kpi_name, ai_response, ai_justification, ai_score, final_score, max_score } = kpi;
  return {
    kpi_name,
    ai_response,
    ai_justification,
    ai_score,
    final_score,
    criticality_adjusted_score: criticalityAdjusted(final_score, [kpi]),
    max_score,
  };
}
