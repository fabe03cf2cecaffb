import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sftpConfig } from '../harness/connectors.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { type BenchResult, compare } from './result.ts';
import { linkFiles, writeFiles, writeHollowFile, writeSmallFiles } from './sftp/folders.ts';
import { bySftp } from './sftp/peer.ts';
import { type Measured, memoryOf, startSubject } from './sftp/subject.ts';
import type { Order } from './sftp/thread.ts';

const cipher = 'aes128-gcm@openssh.com';
const roundCount = 5;
const manyFiles = { count: 600, byteSize: 500_000 };
const oneFile = { count: 1, byteSize: 300_000_000 };
const listedCount = 100_000;
const memoryLimitMb = 64;
const memoryRoundCount = 3;

/** The SFTP connector against OpenSSH's own client, both from OpenSSH's server on this machine by the same cipher. */
export async function benchSftp({ say = console.error } = {}): Promise<BenchResult[]> {
  const folder = scratchFolder('bench');
  // The server's login has to get through to its folder below.
  chmodSync(folder, 0o711);
  const directory = join(folder, 'server');
  mkdirSync(directory);
  writeFiles(join(directory, 'many'), manyFiles.count, manyFiles.byteSize);
  writeFiles(join(directory, 'one'), oneFile.count, oneFile.byteSize);
  writeSmallFiles(join(directory, 'listed'), listedCount);
  const sshd = await startSshd({ directory, ciphers: [cipher] });
  const bench = { folder, sshd, say };
  try {
    return [
      await pulls(bench, 'many', manyFiles),
      await pulls(bench, 'one', oneFile),
      await lists(bench),
      ...(await memory(bench)),
    ];
  } finally {
    await sshd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Bench {
  folder: string;
  sshd: Sshd;
  say: (line: string) => void;
}

const notes = [
  `OpenSSH's server on this machine, ${cipher} on both sides, files in memory, median of ${roundCount} alternating rounds`,
];

async function pulls(
  { folder, sshd, say }: Bench,
  place: string,
  { count, byteSize }: typeof manyFiles,
): Promise<BenchResult> {
  const megabytes = (count * byteSize) / 1e6;
  const to = join(folder, 'to');
  await using subject = await startSubject();
  const rounds: BenchResult['rounds'] = [];
  for (let round = 0; round < roundCount; round++) {
    mkdirSync(to);
    const peer = megabytes / (await bySftp(sshd, cipher, `mget ${join(sshd.directory, place)}/*.csv ${to}\n`));
    emptied(to);
    const answer = await subject.carryOut(orderOf(sshd, 'pull', place, to));
    if (answer.bytes !== count * byteSize) throw new Error(`${answer.bytes} bytes came`);
    rounds.push({ ours: megabytes / answer.seconds, peer });
    rmSync(to, { recursive: true });
  }
  const name = `sftp, ${count} × ${byteSize / 1e6} MB`;
  say(`${name}: ${rounds.map(({ ours, peer }) => `${ours.toFixed(0)}/${peer.toFixed(0)}`).join(' ')}`);
  return compare(
    {
      ...{ name, unit: 'MB/s', bar: 1 },
      notes: [...notes, 'peer: sftp mget into a folder in memory; ours: list and read into the same folder'],
    },
    rounds,
  );
}

function emptied(folder: string): void {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
}

async function lists({ sshd, say }: Bench): Promise<BenchResult> {
  await using subject = await startSubject();
  const rounds: BenchResult['rounds'] = [];
  for (let round = 0; round < roundCount; round++) {
    const peer = listedCount / (await bySftp(sshd, cipher, `ls -l ${join(sshd.directory, 'listed')}\n`));
    const { files, seconds } = await subject.carryOut(orderOf(sshd, 'list', 'listed'));
    if (files !== listedCount) throw new Error(`${files} files were listed`);
    rounds.push({ ours: listedCount / seconds, peer });
  }
  say(`list: ${rounds.map(({ ours, peer }) => `${ours.toFixed(0)}/${peer.toFixed(0)}`).join(' ')}`);
  return compare(
    {
      ...{ name: `sftp, listing ${listedCount.toLocaleString('en')} files`, unit: 'files/s', bar: 1 / 1.5 },
      notes: [...notes, 'peer: sftp ls -l, printed to nowhere; ours: the connection and every item of list()'],
    },
    rounds,
  );
}

/** Each at its usual size and at ten times of it, in fresh processes. */
async function memory(bench: Bench): Promise<BenchResult[]> {
  const { sshd } = bench;
  const below = (place: string) => join(sshd.directory, place);
  linkFiles(below('many-10'), below('many'), manyFiles.count, manyFiles.count * 10);
  writeHollowFile(below('one-10'), oneFile.byteSize * 10);
  linkFiles(below('listed-10'), below('many'), manyFiles.count, listedCount * 10);
  return [
    ...(await memoryAt(bench, 'pull', 'many', 'many files')),
    ...(await memoryAt(bench, 'pull', 'one', 'one file')),
    ...(await memoryAt(bench, 'list', 'listed', 'listing')),
  ];
}

async function memoryAt(
  { sshd, say }: Bench,
  kind: Order['kind'],
  place: string,
  what: string,
): Promise<BenchResult[]> {
  const rounds: { small: Measured; large: Measured }[] = [];
  for (let round = 0; round < memoryRoundCount; round++)
    rounds.push({
      small: await memoryOf(orderOf(sshd, kind, place)),
      large: await memoryOf(orderOf(sshd, kind, `${place}-10`)),
    });
  const words = rounds.map(({ small, large }) => `${inWords(small)}; ${inWords(large)}`);
  for (const line of words) say(`memory, ${what}: ${line}`);
  const about = { unit: 'MB', notes: [`median of ${memoryRoundCount} pairs of fresh processes`, ...words] };
  const limits = rounds.map((round) => ({ ours: memoryLimitMb, peer: overIdleMb(round) }));
  const sizes = rounds.map(({ small, large }) => ({ ours: small.peakMb, peer: large.peakMb }));
  return [
    compare({ ...about, name: `sftp, ${what}, limit over memory over idle`, bar: 1 }, limits),
    compare({ ...about, name: `sftp, ${what}, memory at ten times the input`, bar: 1 / 1.1 }, sizes),
  ];
}

function overIdleMb({ small, large }: { small: Measured; large: Measured }): number {
  return Math.max(small.peakMb - small.idleMb, large.peakMb - large.idleMb);
}

function inWords({ idleMb, peakMb, answer: { files, bytes } }: Measured): string {
  return `${files.toLocaleString('en')} files, ${(bytes / 1e6).toFixed(0)} MB: ${peakMb.toFixed(1)} MB resident, ${idleMb.toFixed(1)} MB idle`;
}

function orderOf(sshd: Sshd, kind: Order['kind'], place: string, to?: string): Order {
  const config = sftpConfig(sshd, { directory: join(sshd.directory, place), stable_seconds: 0 });
  return { kind, config, ...(to === undefined ? {} : { to }) };
}
