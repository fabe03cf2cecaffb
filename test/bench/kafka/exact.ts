import { setTimeout as delay } from 'node:timers/promises';
import type { RoleName } from '../../../server/config.ts';
import type { Product } from '../../harness/product.ts';
import { type BenchResult, compare } from '../result.ts';
import { streamWithProfile } from './configuration.ts';
import { numberFrom, seededRandom } from './options.ts';
import { progressOf, type Stored, storedOf, whileMoving } from './progress.ts';
import { type Results, readResults, unexplained } from './results.ts';
import { startSending } from './sending.ts';
import { type Site, startSite } from './site.ts';
import { clusterOf, countOf } from './topics.ts';

const kills = 5;
const partitions = 6;
const roles: RoleName[] = ['stream', 'worker'];
const events = 'ecc.events';
const resultsTopic = 'ecc.results';
/** Events come for so long, so that each kill meets some that are being stored. */
const flowSeconds = 60;

interface Run {
  site: Site;
  count: number;
  random: () => number;
  say: (line: string) => void;
  /** 0 to 1, by what is stored and what is written to the results topic. */
  done(): Promise<number>;
  ended: boolean;
}

/**
 * Events flow while the process that stores and analyses them is killed −9 at random moments and another one joins and
 * leaves: afterwards each event is one interaction with one result event.
 */
export async function benchExact({ say = console.error } = {}): Promise<BenchResult[]> {
  const count = numberFrom('BENCH_EVENTS', 100_000);
  const { seed, next } = seededRandom();
  await using site = await startSite({ say });
  const { kafka } = site;
  await kafka.createTopic(events, partitions);
  await kafka.createTopic(resultsTopic, partitions);
  await site.newAccount(streamWithProfile({ brokers: kafka.brokers, topic: events, resultsTopic }));
  await using cluster = clusterOf(site);
  const done = async () => {
    const [{ read }, results] = await Promise.all([progressOf(site), countOf(cluster, resultsTopic)]);
    return (read + results) / (2 * count);
  };
  const startedAt = performance.now();
  const order = { brokers: kafka.brokers, topic: events, first: 0, count } as const;
  const sending = startSending({ ...order, perSecond: Math.max(100, count / flowSeconds) });
  try {
    const run: Run = { site, count, random: next, say, done, ended: false };
    const killedAtMs: number[] = [];
    const [, joins] = await Promise.all([killed(run, killedAtMs, sending.done), joiningAndLeaving(run)]);
    const seconds = (performance.now() - startedAt) / 1000;
    const seen = { results: await readResults(site, resultsTopic, count), stored: await storedOf(site, count) };
    return judge(count, seen, killedAtMs, [
      `seed ${seed} (BENCH_SEED), ${count.toLocaleString('en')} events over ${flowSeconds} s on ${partitions} partitions, all done in ${seconds.toFixed(0)} s`,
      `one process (${roles.join(', ')}) killed −9 ${killedAtMs.length} times at random moments, another one joined and left ${joins} times`,
    ]);
  } finally {
    sending.kill();
  }
}

/** Runs the process until everything is done, and kills it on the way. */
async function killed(run: Run, killedAtMs: number[], sent: Promise<void>): Promise<void> {
  const { site, count, random, say, done } = run;
  const moments = Array.from({ length: kills }, () => 0.02 + 0.94 * random()).sort((a, b) => a - b);
  let product: Product | undefined;
  try {
    for (const moment of moments) {
      product = await site.start('first', roles);
      await whileMoving('the next kill', async () => (await done()) >= moment, done);
      await product.kill();
      killedAtMs.push(Date.now());
      say(`killed −9 at ${((await done()) * 100).toFixed(0)} %`);
    }
    product = await site.start('first', roles);
    await sent;
    await whileMoving(
      'everything is stored, analysed and told',
      async () => {
        const { read, work } = await progressOf(site);
        return read >= count && work === 0;
      },
      async () => [await progressOf(site), await done()],
    );
  } finally {
    run.ended = true;
    await product?.stop();
  }
}

/** Another process comes and goes in order until the first one has come to the end. Gives how often. */
async function joiningAndLeaving(run: Run): Promise<number> {
  const { site, random, say } = run;
  let joins = 0;
  while (!run.ended) {
    await delay(2_000 + 6_000 * random());
    if (run.ended) break;
    const product = await site.start('second', roles);
    say(`a second process joins (${++joins})`);
    await delay(3_000 + 7_000 * random());
    await product.stop();
  }
  return joins;
}

function judge(
  count: number,
  { stored, results }: { stored: Stored; results: Results },
  killedAtMs: number[],
  notes: string[],
): BenchResult[] {
  const { messages, repeats, exact, distinct, byKind } = results;
  const unexpected = unexplained(repeats, killedAtMs);
  const isExact = stored.interactions === count && stored.ofThoseSent === count && stored.counts.imported === count;
  const isOne = distinct === count && exact === count && byKind['analysis.completed'] === count;
  const about = (name: string) => ({ name: `kafka, killed: ${name}`, unit: 'events', bar: 1 });
  return [
    compare(
      {
        ...about('each event one interaction'),
        notes: [
          ...notes,
          `${stored.interactions} interactions, ${stored.ofThoseSent} of those that were sent; the day counts ${JSON.stringify(stored.counts)}`,
        ],
      },
      [{ ours: isExact ? count : Math.min(stored.ofThoseSent, count - 1), peer: count }],
    ),
    compare(
      {
        ...about('each interaction one result id'),
        notes: [
          `${messages} messages, ${distinct} distinct event ids, ${exact} interactions with exactly one; ${JSON.stringify(byKind)}`,
        ],
      },
      [{ ours: isOne ? count : Math.min(exact, count - 1), peer: count }],
    ),
    compare(
      {
        ...about('results repeated after a kill alone'),
        notes: [
          `${repeats.length} repeats of the same event id, ${unexpected.length} of them without a kill between the two writings`,
        ],
      },
      [{ ours: messages - unexpected.length, peer: messages }],
    ),
  ];
}
