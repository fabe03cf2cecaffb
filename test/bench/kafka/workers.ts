import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { addWork } from '../../../db/queries/work.ts';
import { type Announcements, openAnnouncements } from '../../../server/worker/announce/announcements.ts';
import type { Product } from '../../harness/product.ts';
import { type BenchResult, compare } from '../result.ts';
import { deadAir, profileForAll, streamAlone } from './configuration.ts';
import { numberFrom } from './options.ts';
import { type Shares, watchShares } from './processes.ts';
import { whileMoving } from './progress.ts';
import { addFetched, type Owner, ownerOf, type StoredRecording, storeRecording } from './recordings.ts';
import { type Site, startSite } from './site.ts';

const pairs = 3;
const shortestSeconds = 120;
const longestSeconds = 600;

interface Bench {
  site: Site;
  owner: Owner;
  recordings: StoredRecording[];
  say: (line: string) => void;
  notes: string[];
}

/** The audio that two processes with one analysis thread each get through, against one of them, with Kafka between them. */
export async function benchWorkers({ say = console.error } = {}): Promise<BenchResult> {
  const count = numberFrom('BENCH_RECORDINGS', 120);
  await using site = await startSite({ say });
  const account = await site.newAccount({
    ...streamAlone({ brokers: site.kafka.brokers, topic: 'nobody.reads' }),
    ...profileForAll(deadAir),
  });
  const bench: Bench = { site, owner: await ownerOf(site.services, account.uid), recordings: [], say, notes: [] };
  for (let index = 0; index < count; index++)
    bench.recordings.push(await storeRecording(site.services, `call-${index}.wav`, lengthOf(index, count)));
  // What is made here is told to the workers as a process with the role `stream` tells it.
  const announcements = openAnnouncements(site.services);
  const first = await site.start('worker-1', ['worker']);
  try {
    const rounds = await alternate(bench, first);
    const minutes = minutesOf(bench.recordings);
    const notes = [
      `${count} recordings of 2 to 10 minutes a round (${minutes.toFixed(0)} minutes, µ-law, stereo), already stored; median of ${pairs} rounds each, alternating`,
      'ours: two processes with CQA_ROLES=worker and one analysis thread each; peer: one of them; KAFKA_BROKERS set for all',
      ...bench.notes,
    ];
    return compare({ name: 'kafka, two workers over one', unit: '× real time', bar: 1.5, notes }, rounds);
  } finally {
    await stopAll(announcements, first);
  }
}

/** Both lengths come early and late, so that no long one is left to the end alone. */
function lengthOf(index: number, count: number): number {
  const place = ((index * 7) % count) / Math.max(1, count - 1);
  return shortestSeconds + (longestSeconds - shortestSeconds) * place;
}

async function alternate(bench: Bench, first: Product): Promise<BenchResult['rounds']> {
  // Both compile as they run.
  await withSecond(bench, async () => await round(bench, 'warm', {}, bench.recordings.slice(0, 8)));
  const rounds: BenchResult['rounds'] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const alone = () => round(bench, 'one', { 'worker 1': first.pid });
    const both = () =>
      withSecond(bench, async (second) => {
        await round(bench, 'warm', {}, bench.recordings.slice(0, 8));
        return await round(bench, 'two', { 'worker 1': first.pid, 'worker 2': second.pid });
      });
    // In turns first, so that a load on the machine that changes is shared.
    if (pair % 2 === 0) {
      const peer = await alone();
      rounds.push({ peer, ours: await both() });
    } else {
      const ours = await both();
      rounds.push({ ours, peer: await alone() });
    }
  }
  return rounds;
}

async function withSecond<T>({ site }: Bench, work: (second: Product) => Promise<T>): Promise<T> {
  const second = await site.start('worker-2', ['worker']);
  try {
    return await work(second);
  } finally {
    await second.stop();
  }
}

/** How many times faster than it was spoken. */
async function round(
  { site, owner, recordings: all, say, notes }: Bench,
  name: string,
  workers: Record<string, number>,
  recordings = all,
): Promise<number> {
  const { pool } = site.services.database;
  const ids = await addFetched(site.services, owner, recordings);
  const sharesOf = watchShares({ ...workers, ...site.processes, bench: process.pid });
  const startedAt = performance.now();
  await transaction(pool, (connection) =>
    addWork(
      connection,
      ids.map((subject) => ({ kind: 'analyse', accountId: owner.accountId, subject })),
    ),
  );
  await whileMoving(
    'the recordings are analysed',
    async () => (await waiting(site)) === 0,
    () => waiting(site),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await requireMeasured(site, ids);
  const speed = (minutesOf(recordings) * 60) / seconds;
  const shares = sharesOf();
  if (Object.keys(workers).length === 0) return speed;
  const line = `${name}: ${speed.toFixed(0)} × real time in ${seconds.toFixed(0)} s, ${perWorkedSecond(recordings, workers, shares)}; ${shares.words}`;
  say(line);
  notes.push(line);
  return speed;
}

/** What two processes cost each other, whatever else the machine does. */
function perWorkedSecond(
  recordings: readonly StoredRecording[],
  workers: Record<string, number>,
  { seconds }: Shares,
): string {
  const worked = Object.keys(workers).reduce((sum, worker) => sum + (seconds[worker] ?? 0), 0);
  return `${((minutesOf(recordings) * 60) / worked).toFixed(0)} s of audio for each second of the workers' processor time`;
}

async function waiting({ services }: Site): Promise<number> {
  const [[row]] = await services.database.pool.query<RowDataPacket[]>(
    "SELECT COUNT(*) AS n FROM work WHERE kind = 'analyse'",
  );
  return Number(row?.n);
}

async function requireMeasured({ services }: Site, ids: Buffer[]): Promise<void> {
  const [[row]] = await services.database.pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM analysis a JOIN measurement m ON m.interaction_id = a.interaction_id
      WHERE a.status = 'completed' AND a.interaction_id IN (?)`,
    [ids],
  );
  if (Number(row?.n) === ids.length) return;
  const [ends] = await services.database.pool.query<RowDataPacket[]>(
    'SELECT i.status, i.failure, COUNT(*) AS n FROM interaction i WHERE i.id IN (?) GROUP BY i.status, i.failure',
    [ids],
  );
  throw new Error(`${row?.n} of ${ids.length} recordings were measured and scored: ${JSON.stringify(ends)}`);
}

function minutesOf(recordings: readonly StoredRecording[]): number {
  return recordings.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
}

async function stopAll(announcements: Announcements, product: Product): Promise<void> {
  await product.stop();
  await announcements.stop();
}
