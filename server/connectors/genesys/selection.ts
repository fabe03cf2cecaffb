import { createHash } from 'node:crypto';
import { directions } from './config.ts';
import type { Conversation } from './conversation.ts';
import { type Facts, factsOf } from './facts.ts';
import type { Plan } from './plan.ts';

/** Why a conversation is left out. */
export type Leaving = 'live' | 'elsewhere' | 'repeated' | 'filtered' | 'not_recorded' | 'sampled_out' | 'over_quota';

/** So many conversations may lie between the two times that one is given. */
const idsRemembered = 2000;

/**
 * Chooses the conversations of one day. They must come in order of beginning; then the same ones are chosen each time
 * that the day is read. What it keeps is a number for each agent and queue.
 */
export class Selection {
  readonly #plan: Plan;
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #recent = new Set<string>();
  readonly #ofAgent = new Map<string, number>();
  readonly #ofQueue = new Map<string, number>();

  constructor(plan: Plan, { start, end }: { start: Date; end: Date }) {
    this.#plan = plan;
    this.#startMs = start.getTime();
    this.#endMs = end.getTime();
  }

  /** The facts of a conversation that is taken, else why it is not. */
  choose(conversation: Conversation): Facts | Leaving {
    const facts = factsOf(conversation, this.#plan);
    if (!facts) return 'live';
    // What began on another day is that day's.
    if (facts.startMs < this.#startMs || facts.startMs >= this.#endMs) return 'elsewhere';
    if (this.#isRepeated(conversation.conversationId)) return 'repeated';
    if (!isWanted(conversation, facts, this.#plan)) return 'filtered';
    const { only_recorded, sampling_percentage } = this.#plan.config;
    if (only_recorded && facts.isUnrecorded) return 'not_recorded';
    if (!isSampled(conversation.conversationId, sampling_percentage)) return 'sampled_out';
    return this.#count(facts) ? facts : 'over_quota';
  }

  #isRepeated(id: string): boolean {
    if (this.#recent.has(id)) return true;
    this.#recent.add(id);
    for (const oldest of this.#recent) {
      if (this.#recent.size <= idsRemembered) break;
      this.#recent.delete(oldest);
    }
    return false;
  }

  /** A call that one quota has no room for does not count against the other. */
  #count({ agent, queueId }: Facts): boolean {
    const { config, queues } = this.#plan;
    const ofAgent = agent?.userId
      ? { key: agent.userId, most: config.quota_per_agent, counts: this.#ofAgent }
      : undefined;
    const mostOfQueue = queueId === undefined ? undefined : (queues.get(queueId) ?? config.max_calls_per_queue);
    const ofQueue = queueId === undefined ? undefined : { key: queueId, most: mostOfQueue, counts: this.#ofQueue };
    const limits = [ofAgent, ofQueue].filter((limit) => limit?.most !== undefined) as Limit[];
    if (limits.some(({ key, most, counts }) => (counts.get(key) ?? 0) >= most)) return false;
    for (const { key, counts } of limits) counts.set(key, (counts.get(key) ?? 0) + 1);
    return true;
  }
}

interface Limit {
  key: string;
  most: number;
  counts: Map<string, number>;
}

function isWanted(conversation: Conversation, facts: Facts, { config, queues, wrapUpCodes }: Plan): boolean {
  const { min_duration_seconds: least = 0, max_duration_seconds: most = Number.POSITIVE_INFINITY } = config;
  const { minimum_mos: leastMos } = config.quality_criteria;
  const mos = conversation.mediaStatsMinConversationMos ?? 0;
  return (
    config.media_types.some((type) => facts.mediaTypes.has(type)) &&
    (queues.size === 0 || (facts.queueId !== undefined && queues.has(facts.queueId))) &&
    isWantedDirection(conversation.originatingDirection, config.directions) &&
    facts.durationSeconds >= least &&
    facts.durationSeconds <= most &&
    (leastMos === undefined || mos >= leastMos) &&
    (wrapUpCodes.size === 0 || facts.wrapUpCodes.some((code) => wrapUpCodes.has(code)))
  );
}

/** Where every direction is wanted, an unknown one is wanted too. */
function isWantedDirection(direction: string | null | undefined, wanted: readonly string[]): boolean {
  return wanted.length === directions.length || wanted.includes(direction ?? '');
}

/** By the first 32 bits of its ID's SHA-256: the same conversations each time, and evenly among all. */
export function isSampled(conversationId: string, percentage: number): boolean {
  const share = createHash('sha256').update(conversationId).digest().readUInt32BE(0) / 2 ** 32;
  return share * 100 < percentage;
}
