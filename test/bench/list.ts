import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { type DatabaseAddress, parseDatabaseUrl } from '../../db/database.ts';
import { startEmbedded } from '../../db/embedded/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { createUser } from '../../server/accounts/users.ts';
import { readConfig } from '../../server/config.ts';
import { requireProgram } from '../../server/machine/programs.ts';
import { listProfiles } from '../../server/quality/profiles.ts';
import { listAnalyses } from '../../server/reports/analysis-list.ts';
import { openServices, type Services } from '../../server/services.ts';
import { testAccount, testSecretKey } from '../harness/services.ts';
import { fillAllAttributes, fillList, listDays, newestAt, profileNamesInFill } from './list/fill.ts';
import { type Asked, askedFilters, hardFilters } from './list/filters.ts';
import { type BenchResult, compare } from './result.ts';

const limitMs = 50;
const limit = 50;
const hardTimes = 3;
/** Share of the list that lies before each page. */
const depths = [0, 0.5, 0.98];

export interface ListBenchOptions {
  rows?: number;
  /** How often each page is asked for. */
  times?: number;
  say?: (line: string) => void;
}

/**
 * Pages of the Analysis List at a million interactions, each with an analysis, at three depths: p95 of each filter at most
 * 50 ms. On a server of its own, on disk and with the product's settings; on MySQL where TEST_MYSQL_URL names an empty
 * database there.
 */
export async function benchList({
  rows = Number(process.env.BENCH_LIST_ROWS ?? 1_000_000),
  times = 12,
  say = console.error,
}: ListBenchOptions = {}): Promise<BenchResult[]> {
  const kept = process.env.BENCH_LIST_FOLDER;
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'cqa-bench-list-'));
  const mysql = process.env.TEST_MYSQL_URL;
  const server = mysql
    ? undefined
    : await startEmbedded({ dataDir: join(folder, 'server'), serverProgram: requireProgram('database') });
  const address = server ? addressOf(server) : parseDatabaseUrl(mysql ?? '');
  const config = readConfig({ CQA_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' });
  const services = await openServices({ config, secretKey: testSecretKey, address });
  try {
    await migrate(services.database.pool);
    const accountId = (await filledAccount(services)) ?? (await fill(services, rows, say));
    return await ask(services, accountId, { rows, times, say });
  } finally {
    await services.close();
    await server?.stop();
    if (!kept) rmSync(folder, { recursive: true, force: true });
  }
}

function addressOf({
  socketPath,
  user,
  password,
  database,
}: Awaited<ReturnType<typeof startEmbedded>>): DatabaseAddress {
  return { socketPath, user, password, database };
}

/** Of an earlier run whose folder was kept. */
async function filledAccount({ database }: Services): Promise<number | undefined> {
  const [rows] = await database.pool.query<RowDataPacket[]>('SELECT id FROM account LIMIT 1');
  return rows[0]?.id;
}

async function fill(services: Services, rows: number, say: (line: string) => void): Promise<number> {
  const { id: accountId } = await testAccount(services);
  for (const role of ['supervisor', 'agent'] as const)
    await createUser(services, accountId, { email: `${role}@bench.example`, role });
  const startedAt = performance.now();
  await fillList(services, accountId, rows);
  say(`list: ${rows} interactions and analyses in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  const rate = await fillAllAttributes(services.database.pool);
  say(`list: made ready for filters at ${Math.round(rate)} interactions a second, five fields`);
  return accountId;
}

interface Answered {
  asked: Asked;
  tookMs: number[];
}

async function ask(
  services: Services,
  accountId: number,
  { rows, times, say }: Required<ListBenchOptions>,
): Promise<BenchResult[]> {
  const profiles = await listProfiles(services, accountId);
  const uids = profileNamesInFill.map((name) => profiles.find((profile) => profile.name === name)?.uid ?? '');
  const answered: Answered[] = askedFilters(uids).map((asked) => ({ asked, tookMs: [] }));
  const one = (asked: Asked, cursor: string | undefined) =>
    took(() => listAnalyses(services, accountId, asked.scope, { ...asked.input, cursor, limit }));
  for (const { asked } of answered) for (const depth of depths) await one(asked, cursorAt(asked, depth));
  const yardstick: number[] = [];
  for (let time = 0; time < times; time++)
    for (const { asked, tookMs } of answered) {
      for (const depth of depths) tookMs.push(await one(asked, cursorAt(asked, depth)));
      yardstick.push(await took(() => services.database.pool.query('SELECT 1')));
    }
  const all = answered.flatMap(({ tookMs }) => tookMs);
  const hard: Answered[] = [];
  for (const asked of hardFilters()) {
    const tookMs: number[] = [];
    for (let time = 0; time < hardTimes; time++)
      for (const depth of depths) tookMs.push(await one(asked, cursorAt(asked, depth)));
    hard.push({ asked, tookMs });
  }
  const slowest = answered.toSorted((one, other) => percentile(other.tookMs, 0.95) - percentile(one.tookMs, 0.95));
  for (const { asked, tookMs } of slowest) say(`list: ${words(tookMs)}  ${asked.name}`);
  for (const { asked, tookMs } of hard) say(`list, beside the bar: ${words(tookMs)}  ${asked.name}`);
  say(`list: all pages: ${words(all)}; SELECT 1 in between: ${words(yardstick)}`);
  const { flavour, version } = services.database;
  const notes = [
    `${rows} interactions of ${listDays} days on ${flavour} ${version}; first, middle and deep pages of ${limit}, each ${times} times`,
    `all ${all.length} pages: ${words(all)}; SELECT 1 in between: ${words(yardstick)}`,
    ...slowest.map(({ asked, tookMs }) => `${words(tookMs)}: ${asked.name}`),
    ...hard.map(({ asked, tookMs }) => `beside the bar, ${words(tookMs)}: ${asked.name}`),
  ];
  const facts = { unit: 'ms', bar: 1, notes };
  return [
    compare({ ...facts, name: `analysis list, all filters, ${flavour}: limit over p95` }, [
      { ours: limitMs, peer: percentile(all, 0.95) },
    ]),
    compare({ ...facts, name: `analysis list, slowest filter, ${flavour}: limit over p95`, notes: [] }, [
      { ours: limitMs, peer: percentile(slowest[0]?.tookMs ?? [], 0.95) },
    ]),
  ];
}

/** So far into what the filter's days hold, between any two interactions. */
function cursorAt({ input: { from, to } }: Asked, depth: number): string | undefined {
  if (depth === 0) return undefined;
  const beganMs = newestAt.getTime() - listDays * 86_400_000;
  const first = from ? Date.parse(from) : beganMs;
  const last = to ? Math.min(Date.parse(to) + 86_400_000, newestAt.getTime()) : newestAt.getTime();
  return `${Math.round(last - (last - first) * depth)}.00000000-0000-7000-8000-000000000000`;
}

function words(tookMs: number[]): string {
  return `p50 ${percentile(tookMs, 0.5).toFixed(1)} ms, p95 ${percentile(tookMs, 0.95).toFixed(1)} ms, most ${percentile(tookMs, 1).toFixed(1)} ms`;
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
