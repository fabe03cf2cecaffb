import type { Database } from '../../db/database.ts';
import { type CampaignCounts, countByCampaign } from '../../db/queries/campaign-counts.ts';
import type { Services } from '../services.ts';

export interface CountedCampaigns {
  countedAt: Date;
  /** By the campaign's id; one without conversations is not in it. */
  counts: Map<string, CampaignCounts>;
}

interface Kept {
  counting: Promise<CountedCampaigns>;
  /** On the clock of performance.now(). */
  goodUntilMs: number;
}

/** An account of a million conversations takes seconds to count: so it is counted a tenth of the time at most. */
const restPerCount = 9;
const restAtLeastMs = 500;
const restAtMostMs = 60_000;

const keptOf = new WeakMap<Database, Map<number, Kept>>();

/**
 * How many conversations the account's campaigns have, counted now or a moment ago; `countedAt` says when. Whoever asks
 * while it is being counted gets the same answer.
 */
export function countCampaigns({ database }: Pick<Services, 'database'>, accountId: number): Promise<CountedCampaigns> {
  const kept = keptOf.get(database) ?? new Map<number, Kept>();
  keptOf.set(database, kept);
  const last = kept.get(accountId);
  if (last && performance.now() < last.goodUntilMs) return last.counting;
  const entry: Kept = { counting: count(database, accountId), goodUntilMs: Number.POSITIVE_INFINITY };
  kept.set(accountId, entry);
  const startedMs = performance.now();
  const rest = () => {
    const tookMs = performance.now() - startedMs;
    const restMs = Math.min(restAtMostMs, Math.max(restAtLeastMs, tookMs * restPerCount));
    entry.goodUntilMs = performance.now() + restMs;
  };
  // A failure is told to those who wait for it and to nobody after them.
  entry.counting.then(rest, () => kept.delete(accountId));
  return entry.counting;
}

async function count(database: Database, accountId: number): Promise<CountedCampaigns> {
  const counts = await countByCampaign(database.pool, accountId);
  return { countedAt: new Date(), counts };
}
