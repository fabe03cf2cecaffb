import type { RowDataPacket } from 'mysql2/promise';
import { type BenchResult, compare } from '../result.ts';
import { streamWithProfile } from './configuration.ts';
import { numberFrom } from './options.ts';
import { watchShares } from './processes.ts';
import { progressOf, whileMoving } from './progress.ts';
import { readResults } from './results.ts';
import { startSending } from './sending.ts';
import { type Site, startSite } from './site.ts';
import { readTopic } from './topics.ts';

const perSecond = 200;
const warmSeconds = 10;
const limitMs = 1_000;
const events = 'ecc.events';
const resultsTopic = 'ecc.results';

/** From the time that the broker's log gives an event to the time that it gives its result; conversations without a recording. */
export async function benchLatency({ say = console.error } = {}): Promise<BenchResult> {
  const seconds = numberFrom('BENCH_SECONDS', 60);
  await using site = await startSite({ say });
  const { kafka } = site;
  await kafka.createTopic(events, 6);
  await kafka.createTopic(resultsTopic, 6);
  await site.newAccount(streamWithProfile({ brokers: kafka.brokers, topic: events, resultsTopic }));
  const product = await site.start('product', ['stream', 'worker']);
  const warmCount = perSecond * warmSeconds;
  const count = warmCount + perSecond * seconds;
  let shares: string;
  try {
    await flow(site, 0, warmCount);
    const sharesOf = watchShares({ product: product.pid, ...site.processes });
    await flow(site, warmCount, count);
    shares = sharesOf().words;
  } finally {
    await product.stop();
  }
  const all = await passagesOf(site, count);
  const measured = all.slice(warmCount);
  const warm = all.slice(0, warmCount);
  const p95 = percentile(measured.map(wholeOf), 95);
  say(inWords(measured.map(wholeOf)));
  const notes = [
    `ours: the limit; peer: the 95th percentile of ${measured.length} events at ${perSecond}/s, from the event's Kafka timestamp to its result's`,
    ...stationsOf(measured),
    `${warmSeconds} s before, not counted: its threads start, and what waited for them is done first:`,
    ...stationsOf(warm),
    shares,
  ];
  const facts = { name: `kafka, event to result at ${perSecond}/s, limit over p95`, unit: 'ms', bar: 1, notes };
  return compare(facts, [{ ours: limitMs, peer: p95 }]);
}

/** Sends the events of these numbers and waits for the last result. */
async function flow(site: Site, first: number, end: number): Promise<void> {
  const sending = startSending({ brokers: site.kafka.brokers, topic: events, first, count: end - first, perSecond });
  const isTold = async () => {
    const { read, work } = await progressOf(site);
    return read >= end && work === 0;
  };
  try {
    await sending.done;
    await whileMoving('every result is written', isTold, () => progressOf(site));
  } finally {
    sending.kill();
  }
}

/** When an event reached each of its stations: by the source's, the database's and the sender's clock, all of this machine. */
interface Passage {
  sentMs: number;
  storedMs: number;
  analysedMs: number;
  toldMs: number;
}

const wholeOf = ({ sentMs, toldMs }: Passage): number => toldMs - sentMs;

/** In the order that the events were sent. */
async function passagesOf(site: Site, count: number): Promise<Passage[]> {
  const sentAtMs = new Map<string, number>();
  await readTopic(site, events, ({ key, timestampMs }) => {
    const id = String(key);
    if (!sentAtMs.has(id)) sentAtMs.set(id, timestampMs);
  });
  const { writtenAtMs } = await readResults(site, resultsTopic, count);
  const [rows] = await site.services.database.pool.query<RowDataPacket[]>(
    `SELECT CAST(i.external_id AS CHAR) AS id, i.created_at, a.completed_at
       FROM interaction i JOIN analysis a ON a.interaction_id = i.id ORDER BY i.external_id`,
  );
  if (rows.length !== count) throw new Error(`${rows.length} of ${count} events were analysed.`);
  return rows.map(({ id, created_at: stored, completed_at: analysed }) => {
    const [sentMs, toldMs] = [sentAtMs.get(id), writtenAtMs.get(id)];
    if (sentMs === undefined || toldMs === undefined) throw new Error(`${id} has no result.`);
    return { sentMs, storedMs: stored.getTime(), analysedMs: analysed.getTime(), toldMs };
  });
}

function stationsOf(passages: readonly Passage[]): string[] {
  const words = (of: (passage: Passage) => number) => inWords(passages.map(of));
  return [
    words(wholeOf),
    `  until it was stored: ${words(({ sentMs, storedMs }) => storedMs - sentMs)}`,
    `  from there until it was analysed: ${words(({ storedMs, analysedMs }) => analysedMs - storedMs)}`,
    `  from there until its result was written: ${words(({ analysedMs, toldMs }) => toldMs - analysedMs)}`,
  ];
}

/** The smallest value that so many percent do not exceed. */
function percentile(values: number[], percent: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.ceil((ascending.length * percent) / 100) - 1] ?? Number.NaN;
}

function inWords(values: number[]): string {
  const [p50, p95, p99, most] = [50, 95, 99, 100].map((percent) => percentile(values, percent));
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, longest ${most} ms`;
}
