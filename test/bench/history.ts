import type { Pool } from 'mysql2/promise';
import { searchExecutions } from '../../db/queries/api-executions.ts';
import { countAftermath } from '../../db/queries/execution-details.ts';
import { parseUuid } from '../../db/uuid.ts';
import { testAccount } from '../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../server/web/door.ts';
import { addDetailed } from './history/detailed.ts';
import { executionCount, fillHistory } from './history/fill.ts';
import { type Asked, everyFilter, inWords } from './history/filters.ts';
import { type BenchResult, compare } from './result.ts';

const limitMs = 50;
const repeats = 5;

/**
 * A history of a million executions, asked over HTTP as the console does: every combination of filters at three depths,
 * and the pages beside it.
 */
export async function benchHistory({ say = console.error } = {}): Promise<BenchResult[]> {
  const door = await openDoor();
  try {
    const { id: accountId } = await testAccount(door.services);
    const { pool } = door.services.database;
    const history = await fillHistory(pool, accountId, say);
    const detailed = await addDetailed(pool, accountId);
    const { token } = await signedInAs(door.services, accountId, 'admin');
    const ask = asker(door, token);
    const beside = () => ask('jobs.previewDue', { schedule: { frequency: 'daily', at: '02:30' } });
    const filters = await askFilters(ask, everyFilter(history), { beside, say });
    const pages = [
      await askPage('jobs with their last run', () => ask('jobs.list'), beside),
      await askPage('connectors with their last run', () => ask('connectors.list', {}), beside),
      withNote(
        await askPage('an execution of 100,000 interactions', () => ask('executions.get', { id: detailed }), beside),
        await countedNote(pool, accountId, detailed),
      ),
      await askPage('a log of 1,000 lines', () => ask('executions.log', { id: detailed }), beside),
      await askPage('page by number, with the total', numberedPage(pool, accountId), beside),
    ];
    return [filters, ...pages];
  } finally {
    await door.close();
  }
}

type Ask = (path: string, input?: unknown) => Promise<number>;

/** Milliseconds until the whole answer was there. */
function asker(door: Door, token: string): Ask {
  return async (path, input) => {
    const startedAt = performance.now();
    const { status, text } = await door.query(path, input, { token });
    const tookMs = performance.now() - startedAt;
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
    return tookMs;
  };
}

interface Answered {
  filter: Asked;
  tookMs: number[];
}

/** The bar is for each value of each filter: the p95 of all requests with it. */
async function askFilters(
  ask: Ask,
  filters: Asked[],
  { beside, say }: { beside: () => Promise<number>; say: (line: string) => void },
): Promise<BenchResult> {
  const answered: Answered[] = filters.map((filter) => ({ filter, tookMs: [] }));
  const yardstick: number[] = [];
  for (let round = 0; round < repeats; round++)
    for (const { filter, tookMs } of answered) {
      for (const cursor of filter.cursors) tookMs.push(await ask('executions.list', { ...filter.input, cursor }));
      yardstick.push(await beside());
    }
  const all = answered.flatMap(({ tookMs }) => tookMs);
  const values = byValue(answered);
  const notes = [
    `ours: the limit; peer: the p95 with the slowest value of a filter. ${filters.length} combinations, each asked ${repeats} times for its first page, one in the middle and one at the far end, over HTTP`,
    `all ${all.length} requests: p50 ${ms(percentile(all, 0.5))}, p95 ${ms(percentile(all, 0.95))}, p99 ${ms(percentile(all, 0.99))}, most ${ms(percentile(all, 1))}`,
    `in between, a request that reads nothing of the history: p50 ${ms(percentile(yardstick, 0.5))}, p95 ${ms(percentile(yardstick, 0.95))}`,
    ...values.map(({ word, p95Ms }) => `${word}: p95 ${ms(p95Ms)}`),
    ...slowest(answered).map(({ filter, medianMs }) => `slowest median, ${ms(medianMs)}: ${inWords(filter)}`),
  ];
  for (const note of notes) say(note);
  const name = `history of ${executionCount.toLocaleString('en')} executions, slowest filter`;
  return compare({ name, unit: 'ms p95', bar: 1, notes }, [{ ours: limitMs, peer: values[0]?.p95Ms ?? Number.NaN }]);
}

/** The slowest first. */
function byValue(answered: Answered[]): { word: string; p95Ms: number }[] {
  const words = new Set(answered.flatMap(({ filter }) => filter.words));
  return [...words]
    .map((word) => {
      const withIt = answered.filter(({ filter }) => filter.words.includes(word));
      return {
        word,
        p95Ms: percentile(
          withIt.flatMap(({ tookMs }) => tookMs),
          0.95,
        ),
      };
    })
    .sort((one, other) => other.p95Ms - one.p95Ms);
}

/** By the median: what a single request waited for may be anything on the machine. */
function slowest(answered: Answered[]): { filter: Asked; medianMs: number }[] {
  return answered
    .map(({ filter, tookMs }) => ({ filter, medianMs: percentile(tookMs, 0.5) }))
    .sort((one, other) => other.medianMs - one.medianMs)
    .slice(0, 5);
}

const pageRequests = 200;

/** After each request one that reads nothing of the history, which tells what the machine itself took. */
async function askPage(
  name: string,
  ask: () => Promise<number>,
  yardstick: () => Promise<number>,
): Promise<BenchResult> {
  const firstMs = await ask();
  const tookMs: number[] = [];
  const besideMs: number[] = [];
  for (let round = 0; round < pageRequests; round++) {
    tookMs.push(await ask());
    besideMs.push(await yardstick());
  }
  const p95Ms = percentile(tookMs, 0.95);
  const notes = [
    `p50 ${ms(percentile(tookMs, 0.5))}, p95 ${ms(p95Ms)} of ${pageRequests} requests; the first one ${ms(firstMs)}`,
    `in between, a request that reads nothing of it: p50 ${ms(percentile(besideMs, 0.5))}, p95 ${ms(percentile(besideMs, 0.95))}`,
  ];
  return compare({ name, unit: 'ms p95', bar: 1, notes }, [{ ours: limitMs, peer: p95Ms }]);
}

function withNote(result: BenchResult, note: string): BenchResult {
  return { ...result, notes: [...result.notes, note] };
}

/** What became of an import's interactions is counted every few seconds at most; how long that takes is told beside. */
async function countedNote(pool: Pool, accountId: number, execution: string): Promise<string> {
  const id = parseUuid(execution) ?? Buffer.alloc(0);
  const tookMs: number[] = [];
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now();
    await countAftermath(pool, accountId, id);
    tookMs.push(performance.now() - startedAt);
  }
  return `its recordings and analyses, counted at most every 5 s: p50 ${ms(percentile(tookMs, 0.5))}, p95 ${ms(percentile(tookMs, 0.95))}`;
}

/** Pages of the Standard API's list, from the first to the last, of all, of a type and of a status. */
function numberedPage(pool: Pool, accountId: number): () => Promise<number> {
  const kinds = [{}, { type: 'data_import' }, { status: 'success' }, { status: 'handler_failed' }] as const;
  let turn = 0;
  return async () => {
    const place = { offset: Math.floor(((turn % 60) / 60) * 0.9 * executionCount), limit: 100 };
    const startedAt = performance.now();
    await searchExecutions(pool, accountId, kinds[turn++ % kinds.length] ?? {}, place);
    return performance.now() - startedAt;
  };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
