import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../../server/machine/programs.ts';
import { loadSdk } from '../../server/s3/client.ts';
import { scratchFolder } from '../harness/folders.ts';
import { startPages } from '../harness/s3-pages.ts';
import { missingForS3Proxy, type S3Proxy, startS3Proxy } from '../harness/s3proxy.ts';
import { type BenchResult, compare } from './result.ts';
import { byRclone } from './s3/peer.ts';
import { linkFiles, writeHollowFile } from './sftp/folders.ts';
import { type Measured, memoryOf, startSubject } from './sftp/subject.ts';
import type { Order } from './sftp/thread.ts';

const program = new URL('./s3/process.js', import.meta.url);
const bucket = 'bench';
const roundCount = 5;
const transfers = 8;
const manyFiles = { count: 600, byteSize: 500_000 };
const largeFiles = { count: 6, byteSize: 50_000_000 };
const listedCount = 10_000;
const memoryLimitMb = 64;
const memoryRoundCount = 3;

interface Bench {
  s3: S3Proxy;
  folder: string;
  say: (line: string) => void;
}

/** The S3 connector against rclone, both from S3Proxy on this machine. */
export async function benchS3({ say = console.error } = {}): Promise<BenchResult[]> {
  await ensurePrograms(['rclone'], { dataDir: tmpdir(), say });
  const missing = missingForS3Proxy();
  if (missing) throw new Error(`This bench needs S3Proxy: ${missing}.`);
  const s3 = await startS3Proxy();
  const folder = scratchFolder('bench-s3');
  const bench = { s3, folder, say };
  try {
    await fill(s3);
    return [await pulls(bench, 'many', manyFiles), await pulls(bench, 'large', largeFiles), ...(await memory(bench))];
  } finally {
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Noise, which no compression can help; put by the API, so that the server has the MD5 of each as rclone wants it. */
async function fill({ url, accessKeyId, secretAccessKey }: S3Proxy): Promise<void> {
  const { CreateBucketCommand, PutObjectCommand, S3Client } = await loadSdk();
  const credentials = { accessKeyId, secretAccessKey };
  const owner = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials });
  await owner.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const [place, { count, byteSize }] of Object.entries({ many: manyFiles, large: largeFiles }))
    for (let i = 0; i < count; i++) {
      const Key = `${place}/calls-${i}.csv`;
      await owner.send(new PutObjectCommand({ Bucket: bucket, Key, Body: randomBytes(byteSize) }));
    }
  owner.destroy();
}

const notes = [
  `S3Proxy on this machine over plain HTTP, files in memory, ${transfers} transfers, median of ${roundCount} alternating rounds after one that does not count`,
  'peer: rclone copy, its process included, MD5 sums compared by it; ours: a thread that is up lists, reads by version and writes the same files',
];

async function pulls(bench: Bench, place: string, { count, byteSize }: typeof manyFiles): Promise<BenchResult> {
  const { s3, folder, say } = bench;
  const megabytes = (count * byteSize) / 1e6;
  const to = join(folder, 'to');
  await using subject = await startSubject(program);
  const rounds: BenchResult['rounds'] = [];
  for (let round = 0; round <= roundCount; round++) {
    emptied(to);
    const peer = megabytes / (await byRclone(s3, `${bucket}/${place}`, to, transfers));
    requireFiles(to, count, byteSize);
    emptied(to);
    const ours = megabytes / (await subject.carryOut(orderOf(s3, 'pull', place, to))).seconds;
    requireFiles(to, count, byteSize);
    // Both sides and the server compile as they run; a product that is up has done that long ago.
    if (round > 0) rounds.push({ ours, peer });
  }
  const name = `s3, ${count} × ${byteSize / 1e6} MB`;
  say(`${name}: ${rounds.map(({ ours, peer }) => `${ours.toFixed(0)}/${peer.toFixed(0)}`).join(' ')}`);
  return compare({ name, unit: 'MB/s', bar: 1, notes }, rounds);
}

function emptied(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}

function requireFiles(folder: string, count: number, byteSize: number): void {
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  if (sizes.length !== count || sizes.some((size) => size !== byteSize))
    throw new Error(`${sizes.length} files came, not all of ${count} whole`);
}

/** Each at its usual size and at ten times of it, in fresh processes. */
async function memory(bench: Bench): Promise<BenchResult[]> {
  const { s3 } = bench;
  const below = (place: string) => join(s3.directory, bucket, place);
  linkFiles(below('many-10'), below('many'), manyFiles.count, manyFiles.count * 10);
  writeHollowFile(below('one'), 300_000_000);
  writeHollowFile(below('one-10'), 3_000_000_000);
  const few = await startPages(listedCount);
  const many = await startPages(listedCount * 10);
  const listing = (endpoint: string): Order => ({
    ...orderOf(s3, 'list', 'listed'),
    config: configOf(s3, { endpoint }),
  });
  try {
    return [
      ...(await memoryAt(bench, 'many files', orderOf(s3, 'pull', 'many'), orderOf(s3, 'pull', 'many-10'))),
      ...(await memoryAt(bench, 'one file', orderOf(s3, 'pull', 'one'), orderOf(s3, 'pull', 'one-10'))),
      ...(await memoryAt(bench, 'listing', listing(few.url), listing(many.url))),
    ];
  } finally {
    await few.close();
    await many.close();
  }
}

async function memoryAt({ say }: Bench, what: string, usual: Order, tenfold: Order): Promise<BenchResult[]> {
  const rounds: { small: Measured; large: Measured }[] = [];
  for (let round = 0; round < memoryRoundCount; round++)
    rounds.push({ small: await memoryOf(usual, program), large: await memoryOf(tenfold, program) });
  const words = rounds.map(({ small, large }) => `${inWords(small)}; ${inWords(large)}`);
  for (const line of words) say(`memory, ${what}: ${line}`);
  const about = { unit: 'MB', notes: [`median of ${memoryRoundCount} pairs of fresh processes`, ...words] };
  const limits = rounds.map((round) => ({ ours: memoryLimitMb, peer: overIdleMb(round) }));
  const sizes = rounds.map(({ small, large }) => ({ ours: small.peakMb, peer: large.peakMb }));
  return [
    compare({ ...about, name: `s3, ${what}, limit over memory over idle`, bar: 1 }, limits),
    compare({ ...about, name: `s3, ${what}, memory at ten times the input`, bar: 1 / 1.1 }, sizes),
  ];
}

function overIdleMb({ small, large }: { small: Measured; large: Measured }): number {
  return Math.max(small.peakMb - small.idleMb, large.peakMb - large.idleMb);
}

function inWords({ idleMb, peakMb, answer: { files, bytes } }: Measured): string {
  return `${files.toLocaleString('en')} files, ${(bytes / 1e6).toFixed(0)} MB: ${peakMb.toFixed(1)} MB resident, ${idleMb.toFixed(1)} MB idle`;
}

function orderOf(s3: S3Proxy, kind: Order['kind'], place: string, to?: string): Order {
  return { kind, config: configOf(s3, { prefix: place }), ...(to === undefined ? {} : { to }) };
}

function configOf({ url, accessKeyId, secretAccessKey }: S3Proxy, more: object): Record<string, unknown> {
  return { bucket, endpoint: url, access_key: accessKeyId, secret_key: secretAccessKey, ...more };
}
