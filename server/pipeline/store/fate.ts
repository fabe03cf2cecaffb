import type { StoredRule } from '../../../db/queries/assignment-rules.ts';
import { interactionStatuses, unanalysedReasons } from '../../../shared/interaction.ts';
import type { Scalar } from '../../../shared/quality.ts';
import { assign } from '../../analysis/assignment.ts';
import { attributeLookup } from '../../analysis/attributes.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import type { Fate } from './chunk.ts';

const queued = interactionStatuses.indexOf('queued');
const completed = interactionStatuses.indexOf('completed');

const toRecord: Fate = { status: queued, unanalysedReason: null, work: 'record' };
const toAnalyse: Fate = { status: queued, unanalysedReason: null, work: 'analyse' };
const unanalysed = unanalysedReasons.map(
  (_, index): Fate => ({ status: completed, unanalysedReason: index, work: undefined }),
);

/**
 * What follows from a new interaction: its audio and the transcript behind a URL are fetched first; with a transcript
 * alone that the row itself holds it is analysed where a rule takes it, and is complete at once where none does.
 */
export function fateOf(interaction: Interaction, rules: readonly StoredRule[]): Fate {
  if (!needsRules(interaction)) return toRecord;
  const reason = rules.length === 0 ? 'no_rule' : reasonAgainst(interaction, rules);
  return reason === null ? toAnalyse : (unanalysed[unanalysedReasons.indexOf(reason)] ?? toAnalyse);
}

/** Whether what follows depends on the account's rules: nothing has to be fetched first. */
export function needsRules({ audioUrl, transcriptUrl }: Interaction): boolean {
  return audioUrl === null && transcriptUrl === null;
}

function reasonAgainst(interaction: Interaction, rules: readonly StoredRule[]) {
  const metadata = JSON.parse(interaction.metadata) as Record<string, Scalar>;
  const fields = {
    external_interaction_id: interaction.externalId,
    channel_type: interaction.channelType,
    source: interaction.source,
    language: interaction.language,
    audio_format: interaction.audioFormat,
    pii_redacted: interaction.piiRedacted,
    interaction_start_time:
      interaction.startTimeMs === null ? undefined : new Date(interaction.startTimeMs).toISOString(),
    duration_seconds: interaction.durationSeconds,
  };
  const { externalId } = interaction;
  return assign({ id: externalId, externalId, lookup: attributeLookup(fields, metadata) }, rules).reason;
}
