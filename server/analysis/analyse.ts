import type { Measures, TranscriptTurn } from '../../shared/measures.ts';
import type { QualityProfile, Scalar, ScoreCard } from '../../shared/quality.ts';
import { attributeLookup, type InteractionFields } from './attributes.ts';
import { type Answer, evaluate } from './evaluate.ts';
import type { Material } from './evaluators/finding.ts';
import { scoreCard } from './score.ts';

export interface AnalysisInput {
  profile: QualityProfile;
  measures: Measures | null;
  /** Why there are no measures, as the end of a sentence: "the interaction has no recording". */
  unmeasuredReason?: string | undefined;
  turns: TranscriptTurn[] | null;
  /** Why the transcript that was named is not here, in a sentence. */
  untranscribedReason?: string | undefined;
  interaction: InteractionFields;
  metadata: Record<string, Scalar>;
  /** The conversation's length; null where unknown. */
  durationSeconds: number | null;
}

/** Scores one interaction by one profile. The same input gives the same card. */
export function analyse(input: AnalysisInput): ScoreCard {
  const material: Material = {
    measures: input.measures,
    unmeasuredReason: input.unmeasuredReason,
    turns: input.turns,
    untranscribedReason: input.untranscribedReason,
    lookup: attributeLookup(input.interaction, input.metadata),
    durationSeconds: input.durationSeconds,
  };
  const kpis = input.profile.categories.flatMap((category) => category.sub_categories.flatMap((sub) => sub.kpis));
  const answer = input.profile.is_ai_analysis_enabled ? evaluate : switchedOff;
  return scoreCard(input.profile, new Map(kpis.map((kpi) => [kpi.kpi_name, answer(kpi, material)])));
}

function switchedOff(): Answer {
  const justification = 'Not evaluated: automatic analysis is switched off for this profile.';
  return { state: 'not_evaluated', response: null, justification, evidence: [] };
}
