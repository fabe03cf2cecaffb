import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'mysql2/promise';
import {
  countArrivals,
  countEndedRuns,
  countRejected,
  type KeptDay,
  type RunCount,
  selectKeptDays,
} from '../../../db/queries/overview-days.ts';
import type { Services } from '../../services.ts';
import { type CalendarDay, calendarOf, type DaysOf } from './calendar.ts';
import { countStale } from './counting.ts';
import { isStale, isTold, isWhole } from './kept-days.ts';

/** A day with what came; undefined while it is being counted. */
export interface CountedDay extends CalendarDay {
  volumes: { imported: number; analysed: number; rejected: number } | undefined;
  /** Executions made on that day that have ended. */
  runs: RunCount[] | undefined;
}

/** A page does not wait longer for days to be counted; it is told that they are. */
const patienceMs = 30;

/** What is wanted of today: all of it at each look would be more than is shown. */
export type Wanted = 'volumes' | 'runs';

/**
 * The last days, today last. Finished days are counted once and kept; of today only what came since the last count is
 * counted now. Where more is to be counted than a page should wait for, that goes on, and `isCounting` says so.
 */
export async function readDays(
  services: Services,
  of: DaysOf,
  now: Date,
  wanted: Wanted,
): Promise<{ days: CountedDay[]; isCounting: boolean }> {
  const { pool } = services.database;
  const calendar = calendarOf(of.timezone, now);
  const since = calendar[0]?.from ?? now;
  let kept = await selectKeptDays(pool, of.accountId, since);
  const stale = calendar.filter((day) => isStale(day, kept.get(day.from.getTime()), now));
  let isCounting = false;
  if (stale.length > 0) {
    const untold = stale.filter((day) => !isTold(day, kept.get(day.from.getTime()), now));
    await Promise.race([countStale(services, of, { calendar, stale, kept, now }), wait(patienceMs)]);
    kept = await selectKeptDays(pool, of.accountId, since);
    // What was under way already may have been other days: those of another zone, or of before midnight.
    isCounting = untold.some((day) => isStale(day, kept.get(day.from.getTime()), now));
  }
  const days = calendar.map((day) => countedDay(day, kept.get(day.from.getTime()), now));
  const today = days.at(-1);
  if (today && wanted === 'runs') today.runs = await countEndedRuns(pool, of.accountId, today);
  if (today?.volumes && wanted === 'volumes')
    today.volumes = await volumesNow(pool, of, { day: today, kept: kept.get(today.from.getTime()), now });
  return { days, isCounting };
}

function countedDay(day: CalendarDay, kept: KeptDay | undefined, now: Date): CountedDay {
  const isOver = day.to <= now;
  if (!kept || (isOver && !isWhole(day, kept))) return { ...day, volumes: undefined, runs: undefined };
  const { imported, analysed, rejected, runs } = kept;
  return { ...day, volumes: { imported, analysed, rejected }, runs };
}

async function volumesNow(
  pool: Pool,
  { accountId }: DaysOf,
  { day, kept, now }: { day: CountedDay; kept: KeptDay | undefined; now: Date },
): Promise<NonNullable<CountedDay['volumes']>> {
  const { imported = 0, analysed = 0, countedUntil } = kept ?? {};
  const [tail, rejected] = await Promise.all([
    countedUntil && isTold(day, kept, now)
      ? countArrivals(pool, accountId, { from: countedUntil, to: day.to })
      : { imported: 0, analysed: 0 },
    countRejected(pool, accountId, day),
  ]);
  return { imported: imported + tail.imported, analysed: analysed + tail.analysed, rejected };
}
