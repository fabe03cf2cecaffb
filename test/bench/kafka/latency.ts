import { type BenchResult, compare } from '../result.ts';
import { streamWithProfile } from './configuration.ts';
import { externalIdOf } from './events.ts';
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
  const count = perSecond * (warmSeconds + seconds);
  const order = { brokers: kafka.brokers, topic: events, first: 0, count } as const;
  const sending = startSending({ ...order, perSecond });
  const sharesOf = watchShares({ product: product.pid, ...site.processes, source: sending.pid });
  await sending.done.catch(async (error) => {
    await product.stop();
    throw error;
  });
  // Before the source's process is gone from the list of processes there is nothing to wait for.
  const shares = sharesOf();
  try {
    await untilTold(site, count);
  } finally {
    await product.stop();
  }
  const latencies = await latenciesOf(site, count);
  const measured = sorted(latencies.slice(perSecond * warmSeconds));
  const warm = sorted(latencies.slice(0, perSecond * warmSeconds));
  say(`p50 ${percentile(measured, 50)} p95 ${percentile(measured, 95)} p99 ${percentile(measured, 99)} ms`);
  const notes = [
    `ours: the limit; peer: the 95th percentile of ${measured.length} events at ${perSecond}/s, from the event's Kafka timestamp to its result's`,
    `p50 ${percentile(measured, 50)} ms, p95 ${percentile(measured, 95)} ms, p99 ${percentile(measured, 99)} ms, longest ${measured.at(-1)} ms`,
    `the first ${warmSeconds} s, not counted: p50 ${percentile(warm, 50)} ms, p95 ${percentile(warm, 95)} ms`,
    shares,
  ];
  const facts = { name: `kafka, event to result at ${perSecond}/s, limit over p95`, unit: 'ms', bar: 1, notes };
  return compare(facts, [{ ours: limitMs, peer: percentile(measured, 95) }]);
}

async function untilTold(site: Site, count: number): Promise<void> {
  const look = async () => {
    const { read, work } = await progressOf(site);
    return read >= count && work === 0;
  };
  await whileMoving('every result is written', look, () => progressOf(site));
}

/** In milliseconds, in the order that the events were sent. */
async function latenciesOf(site: Site, count: number): Promise<number[]> {
  const sentAtMs = new Map<string, number>();
  await readTopic(site, events, ({ key, timestampMs }) => {
    const id = String(key);
    if (!sentAtMs.has(id)) sentAtMs.set(id, timestampMs);
  });
  const { writtenAtMs } = await readResults(site, resultsTopic, count);
  return Array.from({ length: count }, (_, index) => {
    const id = externalIdOf(index);
    const [from, to] = [sentAtMs.get(id), writtenAtMs.get(id)];
    if (from === undefined || to === undefined) throw new Error(`${id} has no result.`);
    return to - from;
  });
}

const sorted = (values: number[]) => [...values].sort((a, b) => a - b);

/** The smallest value that so many percent do not exceed. */
function percentile(ascending: number[], percent: number): number {
  return ascending[Math.ceil((ascending.length * percent) / 100) - 1] ?? Number.NaN;
}
