import { type Conversation, type Participant, type Session, segmentsOf, sessionsOf } from './conversation.ts';
import type { Plan } from './plan.ts';

/** What a conversation is chosen by and told of. */
export interface Facts {
  startMs: number;
  durationSeconds: number;
  mediaTypes: ReadonlySet<string>;
  /** Genesys says that no recording was begun; where it says nothing, there may be one. */
  isUnrecorded: boolean;
  queueId: string | undefined;
  /** Whoever talked longest, where anybody did. */
  agent: Participant | undefined;
  agentCount: number;
  customer: Participant | undefined;
  wrapUpCodes: readonly string[];
}

/** Undefined for a conversation that is still going on. */
export function factsOf(conversation: Conversation, plan: Plan): Facts | undefined {
  const { conversationStart, conversationEnd } = conversation;
  if (!conversationEnd) return undefined;
  const startMs = Date.parse(conversationStart);
  const sessions = sessionsOf(conversation);
  const agents = agentsOf(conversation);
  const agent = longestTalking(agents);
  return {
    startMs,
    durationSeconds: Math.max(0, Math.round((Date.parse(conversationEnd) - startMs) / 1000)),
    mediaTypes: new Set(sessions.flatMap(({ mediaType }) => (mediaType ? [mediaType.toLowerCase()] : []))),
    isUnrecorded: isUnrecorded(sessions),
    queueId: queueOf(sessions, plan),
    ...{ agent, agentCount: agents.length, customer: customerOf(conversation) },
    wrapUpCodes: wrapUpCodesOf(agent, sessions),
  };
}

function isUnrecorded(sessions: Session[]): boolean {
  const flags = sessions.map(({ recording }) => recording);
  return flags.includes(false) && !flags.includes(true);
}

/** The first wanted queue that it was in, else the first of all. */
function queueOf(sessions: Session[], { queues }: Plan): string | undefined {
  const ids = segmentsOf(sessions).flatMap(({ queueId }) => (queueId ? [queueId] : []));
  return ids.find((id) => queues.has(id)) ?? ids[0];
}

/** Participants are one for each time that an agent was in; an agent is counted once. */
function agentsOf({ participants }: Conversation): Participant[] {
  const byUser = new Map<string, Participant>();
  for (const participant of participants ?? []) {
    const { purpose, userId } = participant;
    if (!userId || (purpose !== 'agent' && purpose !== 'user')) continue;
    const known = byUser.get(userId);
    byUser.set(
      userId,
      known ? { ...known, sessions: [...(known.sessions ?? []), ...(participant.sessions ?? [])] } : participant,
    );
  }
  return [...byUser.values()];
}

function longestTalking(agents: Participant[]): Participant | undefined {
  let longest: Participant | undefined;
  for (const agent of agents) if (!longest || talkMs(agent) > talkMs(longest)) longest = agent;
  return longest;
}

/** How long a participant was in conversation, hold and wrap-up excluded. */
export function talkMs({ sessions }: Participant): number {
  return segmentsOf(sessions ?? [])
    .filter(({ segmentType }) => segmentType === 'interact')
    .map(({ segmentStart, segmentEnd }) => Date.parse(segmentEnd ?? '') - Date.parse(segmentStart ?? ''))
    .filter((ms) => ms > 0)
    .reduce((sum, ms) => sum + ms, 0);
}

function customerOf({ participants }: Conversation): Participant | undefined {
  const all = participants ?? [];
  return all.find(({ purpose }) => purpose === 'customer') ?? all.find(({ purpose }) => purpose === 'external');
}

/** In order of time, those of the agent who talked longest last: the last one is the call's. */
function wrapUpCodesOf(agent: Participant | undefined, sessions: Session[]): string[] {
  const of = (some: Session[]) => segmentsOf(some).flatMap(({ wrapUpCode }) => (wrapUpCode ? [wrapUpCode] : []));
  return [...of(sessions), ...of(agent?.sessions ?? [])];
}
