import { limits } from '../../../shared/interaction.ts';
import { type Conversation, type Participant, segmentsOf } from './conversation.ts';
import { type Facts, talkMs } from './facts.ts';
import type { Plan } from './plan.ts';

type Scalar = string | number | boolean | undefined;

/** Attributes are noted by flows and scripts, and may be of any length. */
const attributeLength = 1000;

/** A conversation in canonical fields. Its recording is named by the conversation's ID alone. */
export function rowOf(conversation: Conversation, facts: Facts, plan: Plan): Record<string, unknown> {
  const { conversationId, conversationStart } = conversation;
  return {
    external_interaction_id: conversationId,
    channel_type: channelOf(facts),
    interaction_start_time: conversationStart,
    duration_seconds: facts.durationSeconds,
    audio_url: conversationId,
    metadata: withAttributes(metadataOf(conversation, facts, plan), conversation),
  };
}

function channelOf({ mediaTypes }: Facts): string {
  if (mediaTypes.has('voice')) return 'VOICE';
  return [...mediaTypes][0]?.toUpperCase() ?? 'VOICE';
}

function metadataOf(conversation: Conversation, facts: Facts, plan: Plan): Record<string, Scalar> {
  const { agent, agentCount, queueId, wrapUpCodes } = facts;
  const wrapUpCode = wrapUpCodes.at(-1);
  const numbers = numbersOf(facts);
  return {
    agent_id: agent?.userId ?? undefined,
    agent_name: agent?.participantName ?? undefined,
    agent_count: agentCount > 1 ? agentCount : undefined,
    agent_talk_seconds: agent ? Math.round(talkMs(agent) / 1000) : undefined,
    queue_id: queueId,
    queue_name: queueId && plan.queueNames.nameOf(queueId),
    direction: conversation.originatingDirection ?? undefined,
    ...numbers,
    wrap_up_code: wrapUpCode,
    wrap_up_name: wrapUpCode && plan.wrapUpNames.nameOf(wrapUpCode),
    disconnect_type: disconnectTypeOf(facts),
    division_ids: conversation.divisionIds?.join(',') || undefined,
    external_tag: conversation.externalTag ?? undefined,
    mos: conversation.mediaStatsMinConversationMos ?? undefined,
  };
}

/** The customer's session knows them best; for calls without one, the agent's does. */
function numbersOf({ customer, agent }: Facts): Record<string, Scalar> {
  const sessions = [...(customer?.sessions ?? []), ...(agent?.sessions ?? [])];
  return {
    ani: sessions.find(({ ani }) => ani)?.ani ?? undefined,
    dnis: sessions.find(({ dnis }) => dnis)?.dnis ?? undefined,
  };
}

function disconnectTypeOf({ customer, agent }: Facts): string | undefined {
  const last = (participant: Participant | undefined) =>
    segmentsOf(participant?.sessions ?? []).findLast(({ disconnectType }) => disconnectType)?.disconnectType;
  return last(customer) ?? last(agent) ?? undefined;
}

/** In order of name, as many as an interaction takes beside its own metadata; the customer's count before the others'. */
function withAttributes(own: Record<string, Scalar>, { participants }: Conversation): Record<string, Scalar> {
  const found = new Map<string, Scalar>();
  const all = participants ?? [];
  const customersFirst = [
    ...all.filter(({ purpose }) => purpose === 'customer'),
    ...all.filter(({ purpose }) => purpose !== 'customer'),
  ];
  for (const { attributes } of customersFirst)
    for (const [name, value] of Object.entries(attributes ?? {}))
      if (!found.has(name) && isScalar(value)) found.set(name, bounded(value));
  const named = Object.entries(own).filter(([, value]) => value !== undefined);
  const kept = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limits.metadataKeys - named.length);
  return {
    ...Object.fromEntries(named),
    ...Object.fromEntries(kept.map(([name, value]) => [`attribute_${name}`, value])),
  };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function bounded(value: string | number | boolean): Scalar {
  return typeof value === 'string' ? value.slice(0, attributeLength).replaceAll(/\p{Surrogate}/gu, '') : value;
}
