import type { FeedbackAnalysis, FeedbackFacts } from '../../db/queries/feedback-facts.ts';
import type { OutgoingEvent } from '../kafka/cluster.ts';
import { shownAnalysis } from '../scorecard/card.ts';
import type { FeedbackMessage } from './schema.ts';

/**
 * What a source is told; undefined where there is nothing to tell any more: the interaction is being looked at anew, and
 * the end of that is told of by itself. The same result has the same id and says the same again, whatever else is told of
 * the interaction by then.
 */
export function messageOf(facts: FeedbackFacts, connectorName: string): FeedbackMessage | undefined {
  const { interaction, analysis } = facts;
  const head = headOf(facts, connectorName);
  if (analysis) return analysisMessage(head, analysis);
  if (interaction.status === 'failed' && interaction.failure) {
    const { code, message } = interaction.failure;
    return { ...head, event: 'interaction.failed', failure: { code, message } };
  }
  if (interaction.status === 'completed' && interaction.unanalysedReason)
    return { ...head, event: 'interaction.unanalysed', reason: interaction.unanalysedReason };
  return undefined;
}

/** Its key is the event's id, so that a compacted topic keeps the newest of each. */
export function eventOf(message: FeedbackMessage): OutgoingEvent {
  return { key: message.event_id, value: Buffer.from(JSON.stringify(message)) };
}

type Head = Pick<FeedbackMessage, 'schema' | 'event_id' | 'account_id' | 'source' | 'interaction'>;

function headOf({ accountUid, interaction, analysis }: FeedbackFacts, connector: string): Head {
  const { id, externalId, metadata, status, channelType, startTime, durationSeconds } = interaction;
  return {
    schema: 'cqa.analysis.v1',
    event_id: analysis?.id ?? id,
    account_id: accountUid,
    source: { connector, external_interaction_id: externalId, metadata },
    interaction: {
      interaction_id: id,
      status,
      channel_type: channelType,
      interaction_start_time: startTime?.toISOString() ?? null,
      duration_seconds: durationSeconds,
    },
  };
}

function analysisMessage(head: Head, details: FeedbackAnalysis): FeedbackMessage | undefined {
  const { status } = details;
  if (status !== 'completed' && status !== 'failed') return undefined;
  const {
    interaction_id: _id,
    external_interaction_id: _externalId,
    metadata: _metadata,
    ...analysis
  } = shownAnalysis(details);
  const percentage_score = details.percentageScore;
  return { ...head, event: `analysis.${status}`, analysis: { ...analysis, percentage_score } };
}
