import type { Pool } from 'mysql2/promise';
import {
  countArrivals,
  countEndedRuns,
  countRejected,
  hasOpenRunIn,
  type KeptDay,
  keepDay,
  removeKeptDays,
} from '../../../db/queries/overview-days.ts';
import type { Services } from '../../services.ts';
import type { CalendarDay, DaysOf } from './calendar.ts';
import { isWhole, settleMs } from './kept-days.ts';

/** A day is counted once more when the last of its transactions has surely ended. */
const finalAfterMs = 10 * 60_000;

const counting = new WeakMap<Pool, Map<number, Promise<void>>>();

export interface Counting {
  calendar: CalendarDay[];
  stale: CalendarDay[];
  kept: Map<number, KeptDay>;
  now: Date;
}

/** One counting an account at a time in a program; that another program counts the same does no harm. */
export function countStale(services: Services, of: DaysOf, what: Counting): Promise<void> {
  const { pool } = services.database;
  const ofPool = counting.get(pool) ?? new Map<number, Promise<void>>();
  counting.set(pool, ofPool);
  const underWay = ofPool.get(of.accountId);
  if (underWay) return underWay;
  const work = countDays(pool, of, what)
    .catch((error) => services.log.warn({ err: error, accountId: of.accountId }, 'days could not be counted'))
    .finally(() => ofPool.delete(of.accountId));
  ofPool.set(of.accountId, work);
  return work;
}

/** The newest day first: it is what people look at. */
async function countDays(pool: Pool, of: DaysOf, { calendar, stale, kept, now }: Counting): Promise<void> {
  for (const day of stale.toReversed()) {
    const isToday = day.to > now;
    const before = kept.get(day.from.getTime());
    const counted = await (isToday ? countToday : countPast)(pool, of, { day, before, now });
    await keepDay(pool, of.accountId, counted);
  }
  await removeKeptDays(
    pool,
    of.accountId,
    calendar.map(({ from }) => from),
  );
}

async function countPast(
  pool: Pool,
  { accountId }: DaysOf,
  { day, before, now }: { day: CalendarDay; before: KeptDay | undefined; now: Date },
): Promise<KeptDay> {
  const isSettled = (at: Date) => at.getTime() - day.to.getTime() > finalAfterMs;
  // Asked first: a run that ends while the day is counted may be counted as it was before.
  const isFinal = isSettled(now) && !(await hasOpenRunIn(pool, accountId, day));
  // A run that goes on for days has its rejected rows and its end still to come, and nothing else.
  const arrived = before && isWhole(day, before) && isSettled(before.countedAt);
  const { imported, analysed } = arrived ? before : await countArrivals(pool, accountId, day);
  return {
    ...{ startsAt: day.from, countedUntil: day.to, countedAt: now, isFinal, imported, analysed },
    rejected: await countRejected(pool, accountId, day),
    runs: await countEndedRuns(pool, accountId, day),
  };
}

/** What it has until some seconds ago, from where the last count ended. Rejected rows and runs are counted when asked for. */
async function countToday(
  pool: Pool,
  { accountId }: DaysOf,
  { day, before, now }: { day: CalendarDay; before: KeptDay | undefined; now: Date },
): Promise<KeptDay> {
  const from = before?.countedUntil ?? day.from;
  const to = new Date(Math.max(from.getTime(), now.getTime() - settleMs));
  const { imported, analysed } = await countArrivals(pool, accountId, { from, to });
  return {
    ...{ startsAt: day.from, countedUntil: to, countedAt: now, isFinal: false, rejected: 0, runs: [] },
    imported: imported + (before?.imported ?? 0),
    analysed: analysed + (before?.analysed ?? 0),
  };
}
