import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { scratchFolder } from '../harness/folders.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { emptyInbox, type Subject, startSubject } from './inbox/subject.ts';
import { type BenchResult, compare } from './result.ts';
import { writeFiles, writeHollowFile } from './sftp/folders.ts';
import { bySftp } from './sftp/peer.ts';

const cipher = 'aes128-gcm@openssh.com';
const roundCount = 5;
const manyFiles = { count: 600, byteSize: 500_000 };
const oneFile = { count: 1, byteSize: 300_000_000 };
const memoryLimitMb = 64;
const memoryRoundCount = 3;

/** Uploads by OpenSSH's client into our inbox, against the same into OpenSSH's server, by the same cipher. */
export async function benchInbox({ say = console.error } = {}): Promise<BenchResult[]> {
  const folder = scratchFolder('bench-inbox');
  // The server's login has to get through to its folder below.
  chmodSync(folder, 0o711);
  const directory = join(folder, 'server');
  mkdirSync(directory);
  writeRecordings(join(folder, 'many'), manyFiles);
  writeFiles(join(folder, 'one'), oneFile.count, oneFile.byteSize);
  const sshd = await startSshd({ directory, ciphers: [cipher] });
  const bench = { folder, sshd, say };
  try {
    return [
      await uploads(bench, 'many', manyFiles),
      await uploads(bench, 'one', oneFile),
      ...(await memory(bench, 'many', manyFiles)),
      ...(await memory(bench, 'one', oneFile)),
    ];
  } finally {
    await sshd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Noise under the names of recordings, as a dialer pushes them. */
function writeRecordings(directory: string, { count, byteSize }: Size): void {
  mkdirSync(directory);
  for (let i = 0; i < count; i++) writeFileSync(join(directory, `call-${i}.wav`), randomBytes(byteSize));
}

function linkRecordings(directory: string, from: string, count: number): void {
  mkdirSync(directory);
  for (let i = 0; i < count * 10; i++) linkSync(join(from, `call-${i % count}.wav`), join(directory, `call-${i}.wav`));
}

interface Bench {
  folder: string;
  sshd: Sshd;
  say: (line: string) => void;
}

type Size = typeof manyFiles;

async function uploads({ folder, sshd, say }: Bench, place: string, size: Size): Promise<BenchResult> {
  const megabytes = (size.count * size.byteSize) / 1e6;
  await using subject = await startSubject(folder, publicKeyOf(sshd));
  const rounds: BenchResult['rounds'] = [];
  for (let round = 0; round < roundCount; round++) {
    sshd.makeFolder('to');
    const commands = (to: string) => `put ${join(folder, place)}/* ${to}\n`;
    const peer = megabytes / (await bySftp(sshd, cipher, commands(join(sshd.directory, 'to/'))));
    rmSync(join(sshd.directory, 'to'), { recursive: true });
    const ours = megabytes / (await bySftp(addressOf(sshd, subject), cipher, commands('/')));
    await requireAll(subject, size);
    await emptyInbox(subject);
    rounds.push({ ours, peer });
  }
  const name = `inbox, ${size.count} × ${size.byteSize / 1e6} MB`;
  say(`${name}: ${rounds.map(({ ours, peer }) => `${ours.toFixed(0)}/${peer.toFixed(0)}`).join(' ')}`);
  return compare({ name, unit: 'MB/s', bar: 0.8, notes }, rounds);
}

const notes = [
  `OpenSSH's client (put) on this machine, ${cipher} on both sides, files and database in memory, median of ${roundCount} alternating rounds`,
  'peer: into sshd, unsealed and unhashed',
  'ours: into the inbox, sealed with AES-256-GCM, each file committed in the database before its close is answered; 600 recordings, and one CSV whose import is triggered',
];

/** Each at its usual size and at ten times of it, in fresh processes. */
async function memory(bench: Bench, place: string, size: Size): Promise<BenchResult[]> {
  const { folder, say } = bench;
  if (size.count > 1) linkRecordings(join(folder, `${place}-10`), join(folder, place), size.count);
  else writeHollowFile(join(folder, `${place}-10`), size.byteSize * 10);
  const rounds: { small: Measured; large: Measured }[] = [];
  for (let round = 0; round < memoryRoundCount; round++)
    rounds.push({ small: await memoryOf(bench, place), large: await memoryOf(bench, `${place}-10`) });
  const words = rounds.map(({ small, large }) => `${inWords(small)}; ten times: ${inWords(large)}`);
  for (const line of words) say(`memory, ${place}: ${line}`);
  const about = { unit: 'MB', notes: [`median of ${memoryRoundCount} pairs of fresh processes`, ...words] };
  const limits = rounds.map((round) => ({ ours: memoryLimitMb, peer: overIdleMb(round) }));
  const sizes = rounds.map(({ small, large }) => ({ ours: small.peakMb, peer: large.peakMb }));
  return [
    compare({ ...about, name: `inbox, ${place}, limit over memory over idle`, bar: 1 }, limits),
    compare({ ...about, name: `inbox, ${place}, memory at ten times the input`, bar: 1 / 1.1 }, sizes),
  ];
}

interface Measured {
  idleMb: number;
  peakMb: number;
}

async function memoryOf({ folder, sshd }: Bench, place: string): Promise<Measured> {
  await using subject = await startSubject(folder, publicKeyOf(sshd));
  const idleMb = subject.memoryMb();
  subject.peakMb();
  await bySftp(addressOf(sshd, subject), cipher, `put ${join(folder, place)}/* /\n`);
  return { idleMb, peakMb: subject.peakMb() };
}

function overIdleMb({ small, large }: { small: Measured; large: Measured }): number {
  return Math.max(small.peakMb - small.idleMb, large.peakMb - large.idleMb);
}

function inWords({ idleMb, peakMb }: Measured): string {
  return `${peakMb.toFixed(1)} MB, ${idleMb.toFixed(1)} MB idle`;
}

function addressOf(sshd: Sshd, { port, username }: Subject) {
  return { host: '127.0.0.1', port, username, privateKeyPath: sshd.privateKeyPath };
}

function publicKeyOf({ privateKeyPath }: Sshd): string {
  return readFileSync(`${privateKeyPath}.pub`, 'utf8').trim();
}

async function requireAll({ services }: Subject, { count, byteSize }: Size): Promise<void> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    "SELECT COUNT(*) AS n FROM inbox_file WHERE state = 'complete' AND byte_size = ?",
    [byteSize],
  );
  if (rows[0]?.n !== count) throw new Error(`${rows[0]?.n} of ${count} files came`);
}
