import { performance } from 'node:perf_hooks';
import { DateTime } from 'luxon';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { smallestIdAt } from '../../db/uuid.ts';
import { readFailures } from '../../server/console/overview/failures.ts';
import { readFreshness } from '../../server/console/overview/freshness.ts';
import { readRuns } from '../../server/console/overview/runs.ts';
import { readVolumes } from '../../server/console/overview/volumes.ts';
import { readWaiting } from '../../server/console/overview/waiting.ts';
import type { Services } from '../../server/services.ts';
import { testAccount, testServices } from '../harness/services.ts';
import { fillHistory } from './overview/fill.ts';
import { type BenchResult, compare } from './result.ts';

export interface OverviewBenchOptions {
  /** Of each: interactions, analyses, executions; and a tenth as many rejected rows. */
  rows?: number;
  /** How often each part of the page is asked for. */
  times?: number;
  say?: (line: string) => void;
}

const limitMs = 50;
const zone = 'Asia/Kolkata';

/** Every part of the overview page at a million of each, asked for again and again while more comes: p95 at most 50 ms. */
export async function benchOverview({
  rows = Number(process.env.BENCH_OVERVIEW_ROWS ?? 1_000_000),
  times = 200,
  say = console.error,
}: OverviewBenchOptions = {}): Promise<BenchResult[]> {
  const services = await testServices();
  try {
    const { id: accountId } = await testAccount(services, { timezone: zone });
    const filledMs = await took(() =>
      fillHistory(services.database.pool, { accountId, rows, now: new Date(), days: 14 }),
    );
    say(`overview: ${rows} of each stored in ${Math.round(filledMs / 1000)} s`);
    const of = { accountId, timezone: zone };
    const firstMs = await took(() => readVolumes(services, of, new Date()));
    const countedMs = await took(() => untilCounted(services, of));
    say(`overview: first look ${firstMs.toFixed(1)} ms, all days counted after ${Math.round(firstMs + countedMs)} ms`);
    await checkSums(services.database.pool, services, of);
    const parts: Record<string, () => Promise<unknown>> = {
      runs: () => readRuns(services, of, new Date()),
      failures: () => readFailures(services, accountId, new Date()),
      waiting: () => readWaiting(services, accountId, new Date()),
      volumes: () => readVolumes(services, of, new Date()),
      freshness: () => readFreshness(services, accountId, new Date()),
    };
    const notes = [
      `${rows} interactions, analyses and executions in 14 days; the first look took ${firstMs.toFixed(1)} ms`,
    ];
    const results: BenchResult[] = [];
    for (const [name, read] of Object.entries(parts)) {
      const { p50, p95 } = await percentiles(read, times);
      const idle = await percentiles(() => services.database.pool.query('SELECT 1'), times);
      const beside = `SELECT 1 took p50 ${idle.p50.toFixed(1)} ms, p95 ${idle.p95.toFixed(1)} ms right after it`;
      say(`overview ${name}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms; ${beside}`);
      const facts = { name: `overview, ${name}: limit over p95`, unit: 'ms', bar: 1, notes: [...notes, beside] };
      results.push(compare(facts, [{ ours: limitMs, peer: p95 }]));
    }
    return results;
  } finally {
    await services.close();
  }
}

async function percentiles(read: () => Promise<unknown>, times: number): Promise<{ p50: number; p95: number }> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) taken.push(await took(read));
  taken.sort((one, other) => one - other);
  const at = (share: number) => taken[Math.ceil(times * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

interface Of {
  accountId: number;
  timezone: string;
}

async function untilCounted(services: Services, of: Of): Promise<void> {
  while ((await readVolumes(services, of, new Date())).is_counting);
}

/** What the page says of the 14 days against what is stored of them. */
async function checkSums(pool: Pool, services: Services, of: Of): Promise<void> {
  const now = new Date();
  const { days } = await readVolumes(services, of, now);
  const since = DateTime.fromJSDate(now, { zone }).startOf('day').minus({ days: 13 }).toJSDate();
  const [rows] = await pool.query<({ n: number } & RowDataPacket)[]>(
    `SELECT COUNT(*) AS n FROM interaction WHERE account_id = ? AND id >= ?
     UNION ALL SELECT COUNT(*) FROM analysis WHERE account_id = ? AND completed_at >= ?`,
    [of.accountId, smallestIdAt(since.getTime()), of.accountId, since],
  );
  const told = [
    days.reduce((sum, { volumes }) => sum + (volumes?.imported ?? 0), 0),
    days.reduce((sum, { volumes }) => sum + (volumes?.analysed ?? 0), 0),
  ];
  const stored = rows.map(({ n }) => n);
  if (told.join() !== stored.join())
    throw new Error(`The page says ${told.join(', ')}; stored are ${stored.join(', ')}.`);
}
