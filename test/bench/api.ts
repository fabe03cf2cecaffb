import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadOutput } from './api/clients.ts';
import type { Target } from './api/connection.ts';
import { peak } from './api/peak.ts';
import { runLoad, type Subject, startBare, startSubject } from './api/subject.ts';
import { type BenchResult, compare } from './result.ts';

export interface ApiBenchOptions {
  rounds?: number;
  measuredMs?: number;
  peakTotal?: number;
  /** Which parts; all by default, or those that BENCH_API names. */
  parts?: string[];
  say?: (line: string) => void;
}

const clients = 64;
const manyBatchClients = 16;
const batchSize = 100;
const limitMs = 100;
const partsWanted = process.env.BENCH_API?.split(',') ?? ['single', 'batch', 'peak'];

/** The Standard API's way in: beside a bare handler, in batches, and at a peak with people at the console. */
export async function benchApi({
  rounds = 5,
  measuredMs = 4000,
  peakTotal = 50_000,
  parts = partsWanted,
  say = console.error,
}: ApiBenchOptions = {}): Promise<BenchResult[]> {
  const options = { rounds, measuredMs, peakTotal, parts, say };
  const folder = mkdtempSync(join(tmpdir(), 'cqa-bench-api-'));
  try {
    const results: BenchResult[] = [];
    if (parts.includes('single') || parts.includes('batch')) results.push(...(await throughput(folder, options)));
    if (parts.includes('peak')) results.push(...(await peaks(folder, options)));
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughput(folder: string, options: Required<ApiBenchOptions>): Promise<BenchResult[]> {
  const dataDir = join(folder, 'throughput');
  // The doors alone, as the peer is: analysing is another program's business here.
  const subject = await startSubject(dataDir, { CQA_ROLES: 'web' });
  try {
    const results: BenchResult[] = [];
    if (options.parts.includes('single')) results.push(await besideBare(dataDir, subject, options));
    if (options.parts.includes('batch')) results.push(await besideSingle(subject, options));
    return results;
  } finally {
    await subject.stop();
  }
}

async function besideBare(dataDir: string, subject: Subject, options: Required<ApiBenchOptions>): Promise<BenchResult> {
  const [account] = await subject.query<{ id: number }>('SELECT id FROM account');
  const bare = await startBare(dataDir, account?.id ?? 0);
  try {
    const results: BenchResult['rounds'] = [];
    for (let round = 0; round < options.rounds; round++) {
      const peer = await rate(bare.target, { ...options, prefix: `bare-${round}` });
      const ours = await rate(subject.single, { ...options, prefix: `ours-${round}` });
      results.push({ ours, peer });
      options.say(`single round ${round + 1}: ${JSON.stringify(results.at(-1))}`);
    }
    const notes = [
      `peer: Express with express.json and one INSERT into the same table of the same database, a pool of 8 like ours; ${clients} clients, both answer after the commit`,
    ];
    return compare({ name: 'api, one interaction a call', unit: 'calls/s', bar: 0.7, notes }, results);
  } finally {
    await bare.stop();
  }
}

async function besideSingle(subject: Subject, options: Required<ApiBenchOptions>): Promise<BenchResult> {
  const results: BenchResult['rounds'] = [];
  const crowded: BenchResult['rounds'] = [];
  for (let round = 0; round < options.rounds; round++) {
    results.push(await bothWays(subject, options, { prefix: `one-${round}`, by: 1 }));
    crowded.push(await bothWays(subject, options, { prefix: `many-${round}`, by: manyBatchClients }));
    options.say(`batch round ${round + 1}: ${JSON.stringify([results.at(-1), crowded.at(-1)])}`);
  }
  const many = compare({ name: '', unit: '', bar: 0, notes: [] }, crowded);
  const notes = [
    `ours: batches of ${batchSize}; peer: the single call; one client each, which waits for its answers, as a middleware does`,
    `with ${manyBatchClients} clients each: ${Math.round(many.ours)} and ${Math.round(many.peer)} interactions/s; single calls are then committed together`,
  ];
  return compare({ name: 'api, batches', unit: 'interactions/s', bar: 10, notes }, results);
}

async function bothWays(
  subject: Subject,
  options: Required<ApiBenchOptions>,
  { prefix, by }: { prefix: string; by: number },
): Promise<BenchResult['rounds'][number]> {
  const peer = await rate(subject.single, { ...options, prefix: `${prefix}-alone`, by });
  const ours = await rate(subject.batch, { ...options, prefix: `${prefix}-batch`, by, size: batchSize });
  return { ours, peer };
}

/** Interactions a second. */
async function rate(
  target: Target,
  { prefix, measuredMs, size = 1, by = clients }: { prefix: string; measuredMs: number; size?: number; by?: number },
): Promise<number> {
  const { taken, elapsedMs, statuses }: LoadOutput = await runLoad({
    target,
    clients: by,
    prefix,
    batchSize: size,
    load: { kind: 'timed', warmMs: 1000, measuredMs },
  });
  const refused = Object.keys(statuses).filter((status) => !['201', '202'].includes(status));
  if (refused.length > 0) throw new Error(`Some calls were refused: ${JSON.stringify(statuses)}.`);
  return (taken * size * 1000) / elapsedMs;
}

async function peaks(folder: string, { peakTotal, say }: Required<ApiBenchOptions>): Promise<BenchResult[]> {
  const subject = await startSubject(join(folder, 'peak'), {});
  try {
    const reached = await peak(subject, peakTotal);
    say(`peak: ${JSON.stringify(reached)}`);
    const { stored, analysed, consoleP99Ms, consoleCalls, postedPerSecond, statuses, wholeMs } = reached;
    const whole = Math.round(wholeMs / 1000);
    const notes = [
      `${clients} clients, ${Math.round(postedPerSecond)} interactions/s; answers: ${JSON.stringify(statuses)}; all analysed after ${whole} s`,
    ];
    return [
      compare({ name: 'api peak, stored once and analysed', unit: 'interactions', bar: 1, notes }, [
        { ours: Math.min(stored, analysed), peer: Math.max(peakTotal, stored) },
      ]),
      compare(
        {
          name: 'api peak, console below its limit',
          unit: 'ms',
          bar: 1,
          notes: [`ours: the limit; peer: the 99th percentile of ${consoleCalls} calls while interactions were posted`],
        },
        [{ ours: limitMs, peer: consoleP99Ms }],
      ),
    ];
  } finally {
    await subject.stop();
  }
}
