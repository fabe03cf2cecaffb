import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cqa } from '../harness/cqa.ts';
import { type Product, startProduct } from '../harness/product.ts';
import { wavHeader, wavHeaderBytes } from '../harness/wav.ts';
import { parentsOfProcesses, proportionalKb, residentKb } from './memory.ts';
import { type BenchResult, compare } from './result.ts';

const megabyte = 1e6;
const fileBytes = 200 * megabyte;
const limitMb = 32;
const roundCount = 3;
const atOnce = 8;
const sampleEveryMs = 10;
const boundary = 'cqa-bench-upload';

/**
 * Recordings of 200 MB streamed to the product as a customer runs it, its process watched until the answer: how far its
 * resident memory rises over the level before. Each round has a program of its own, which has taken nothing before.
 */
export async function benchUpload({ say = console.error } = {}): Promise<BenchResult> {
  const rounds: BenchResult['rounds'] = [];
  const notes = [
    `ours: the limit; peer: the most by which the program grew during the upload, median of ${roundCount}`,
  ];
  for (let round = 0; round < roundCount; round++) {
    const one = await measure(1);
    rounds.push({ ours: limitMb, peer: one.raiseMb });
    notes.push(inWords(one, 'one upload'));
    say(notes.at(-1) ?? '');
  }
  notes.push(inWords(await measure(atOnce), `${atOnce} uploads at once, for information`));
  return compare({ name: 'upload of 200 MB, memory', unit: 'MB', bar: 1, notes }, rounds);
}

interface Measured {
  raiseMb: number;
  beforeMb: number;
  /** Of the program and everything it has started, shared pages counted once. */
  treeRaiseMb: number;
  megabytesASecond: number;
}

function inWords({ raiseMb, beforeMb, treeRaiseMb, megabytesASecond }: Measured, what: string): string {
  return `${what}: +${raiseMb.toFixed(1)} MB over ${beforeMb.toFixed(0)} MB resident, +${treeRaiseMb.toFixed(1)} MB with the database (PSS), ${megabytesASecond.toFixed(0)} MB/s`;
}

async function measure(uploads: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'cqa-bench-upload-'));
  const product = await startProduct({ dataDir: folder });
  try {
    const target = await targetOf(product);
    const before = await settled(product.pid);
    const sampling = samplePeak(product.pid);
    const began = performance.now();
    await Promise.all(Array.from({ length: uploads }, (_, i) => upload(target, `call-${i}`)));
    const seconds = (performance.now() - began) / 1000;
    const peak = sampling.stop();
    return {
      raiseMb: (peak.residentKb - before.residentKb) / 1024,
      beforeMb: before.residentKb / 1024,
      treeRaiseMb: (peak.treeKb - before.treeKb) / 1024,
      megabytesASecond: (uploads * fileBytes) / megabyte / seconds,
    };
  } finally {
    await product.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Target {
  url: string;
  key: string;
}

async function targetOf({ environment, url }: Product): Promise<Target> {
  const admin = ['--admin-email', 'a@bench.example', '--admin-password', 'long enough!'];
  const { account_id: account } = await cqa<{ account_id: string }>(
    environment,
    ...['account', 'create', '--name', 'Bench', ...admin],
  );
  const made = await cqa<{ api_key: string }>(
    environment,
    ...['api-key', 'create', '--account', account, '--name', 'bench'],
  );
  return { url: `${url}/cqa/api/v1/accounts/${account}/ingress/interactions/audio`, key: made.api_key };
}

/** Sends the form as fast as it is taken. Throws when it is not answered with 201. */
async function upload({ url, key }: Target, externalId: string): Promise<void> {
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="external_interaction_id"\r\n\r\n${externalId}\r\n` +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="call.wav"\r\nContent-Type: audio/wav\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const sending = request(url, {
    method: 'POST',
    headers: {
      'X-API-Key': key,
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      'Content-Length': head.length + fileBytes + tail.length,
    },
  });
  const answered = once(sending, 'response');
  sending.write(head);
  for (const piece of wavPieces()) if (!sending.write(piece)) await once(sending, 'drain');
  sending.end(tail);
  const [answer] = await answered;
  const text = await answer.setEncoding('utf8').toArray();
  if (answer.statusCode !== 201) throw new Error(`The upload was answered with ${answer.statusCode}: ${text.join('')}`);
}

/** A telephone recording of noise: a header, then pieces of a megabyte. */
function* wavPieces(): Generator<Buffer> {
  const noise = randomBytes(megabyte);
  yield Buffer.concat([wavHeader(fileBytes), noise.subarray(wavHeaderBytes)]);
  for (let sent = megabyte; sent < fileBytes; sent += megabyte) yield noise;
}

interface Memory {
  residentKb: number;
  treeKb: number;
}

/** The level once it has stood still for a second. */
async function settled(pid: number): Promise<Memory> {
  for (let last = memoryOf(pid); ; ) {
    await delay(1000);
    const now = memoryOf(pid);
    if (Math.abs(now.residentKb - last.residentKb) < 1024) return now;
    last = now;
  }
}

function samplePeak(pid: number): { stop(): Memory } {
  const peak = memoryOf(pid);
  const look = () => {
    peak.residentKb = Math.max(peak.residentKb, residentKb(pid));
  };
  // Adding up the pages of all processes takes long, so it is done more rarely.
  const lookAtAll = () => {
    peak.treeKb = Math.max(peak.treeKb, treeKb(pid));
  };
  const timers = [setInterval(look, sampleEveryMs), setInterval(lookAtAll, 20 * sampleEveryMs)];
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
      look();
      lookAtAll();
      return peak;
    },
  };
}

function memoryOf(pid: number): Memory {
  return { residentKb: residentKb(pid), treeKb: treeKb(pid) };
}

function treeKb(root: number): number {
  const parents = parentsOfProcesses();
  const isOurs = (pid: number): boolean => pid === root || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(isOurs).reduce((sum, pid) => sum + proportionalKb(pid), 0);
}
