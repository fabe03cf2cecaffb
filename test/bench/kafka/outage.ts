import { setTimeout as delay } from 'node:timers/promises';
import { type BenchResult, compare } from '../result.ts';
import { streamWithProfile } from './configuration.ts';
import { numberFrom } from './options.ts';
import { progressOf, storedOf, whileMoving } from './progress.ts';
import { readResults } from './results.ts';
import { type Sending, startSending } from './sending.ts';
import { type Site, startSite } from './site.ts';
import { clusterOf, countOf } from './topics.ts';

const perSecond = 100;
const calmSeconds = 20;
const afterSeconds = 60;
const events = 'ecc.events';
const resultsTopic = 'ecc.results';
/** So many events behind the source is a second of them. */
const caughtUpWithin = perSecond;

type Way = 'frozen' | 'killed';

/** The broker is away for a minute while events flow: once as a machine that hangs, once killed and started again. */
export async function benchOutage({ say = console.error } = {}): Promise<BenchResult[]> {
  return [await outage('frozen', say), await outage('killed', say)];
}

async function outage(way: Way, say: (line: string) => void): Promise<BenchResult> {
  const awaySeconds = numberFrom('BENCH_SECONDS', 60);
  const count = perSecond * (calmSeconds + awaySeconds + afterSeconds);
  await using site = await startSite({ say });
  const { kafka } = site;
  await kafka.createTopic(events, 6);
  await kafka.createTopic(resultsTopic, 6);
  await site.newAccount(streamWithProfile({ brokers: kafka.brokers, topic: events, resultsTopic }));
  const product = await site.start('product', ['stream', 'worker']);
  const order = { brokers: kafka.brokers, topic: events, first: 0, count } as const;
  const sending = startSending({ ...order, perSecond });
  let timing: Timing;
  try {
    await delay(calmSeconds * 1000);
    await away(site, way, awaySeconds);
    say(`the broker is back (${way})`);
    timing = await catchUp(site, sending);
    await sending.done;
    await untilDone(site, count);
  } finally {
    sending.kill();
    await product.stop();
  }
  return await judge(site, way, count, [
    `${count.toLocaleString('en')} events at ${perSecond}/s; the broker ${way} for ${awaySeconds} s after ${calmSeconds} s`,
    `once it was back, the first result came after ${inSeconds(timing.firstMs)} s, the source wrote again after ${inSeconds(timing.sourceMs)} s, results were within a second of the source after ${inSeconds(timing.caughtUpMs)} s`,
  ]);
}

async function away({ kafka }: Site, way: Way, seconds: number): Promise<void> {
  await (way === 'frozen' ? kafka.freeze() : kafka.kill());
  await delay(seconds * 1000);
  await (way === 'frozen' ? kafka.thaw() : kafka.start());
}

/** In milliseconds from the broker's return on. */
interface Timing {
  firstMs: number;
  sourceMs: number;
  caughtUpMs: number;
}

async function catchUp(site: Site, sending: Sending): Promise<Timing> {
  const backAt = performance.now();
  const sentAtReturn = sending.sent();
  const since = () => performance.now() - backAt;
  await using cluster = clusterOf(site);
  const told = async () => await countOf(cluster, resultsTopic);
  const before = await told();
  let firstMs: number | undefined;
  let sourceMs: number | undefined;
  const look = async () => {
    const results = await told();
    if (results > before) firstMs ??= since();
    if (sending.sent() > sentAtReturn + caughtUpWithin) sourceMs ??= since();
    return sourceMs !== undefined && results >= sending.sent() - caughtUpWithin;
  };
  await whileMoving('results catch up', look, told);
  return { firstMs: firstMs ?? 0, sourceMs: sourceMs ?? 0, caughtUpMs: since() };
}

async function untilDone(site: Site, count: number): Promise<void> {
  const look = async () => {
    const { read, work } = await progressOf(site);
    return read >= count && work === 0;
  };
  await whileMoving('everything is stored, analysed and told', look, () => progressOf(site));
}

async function judge(site: Site, way: Way, count: number, notes: string[]): Promise<BenchResult> {
  const stored = await storedOf(site, count);
  const { messages, distinct, exact, repeats, byKind } = await readResults(site, resultsTopic, count);
  const isExact = stored.interactions === count && stored.ofThoseSent === count;
  const isOne = distinct === count && exact === count && byKind['analysis.completed'] === count;
  const facts = { name: `kafka, broker ${way}: nothing lost, nothing doubled`, unit: 'events', bar: 1 };
  const more = [
    `${stored.interactions} interactions; the day counts ${JSON.stringify(stored.counts)} (duplicates: what the source wrote twice)`,
    `${messages} results, ${distinct} distinct event ids, ${exact} interactions with exactly one, ${repeats.length} repeats of the same id`,
  ];
  const ours = isExact && isOne ? count : Math.min(stored.ofThoseSent, exact, count - 1);
  return compare({ ...facts, notes: [...notes, ...more] }, [{ ours, peer: count }]);
}

const inSeconds = (ms: number) => (ms / 1000).toFixed(1);
