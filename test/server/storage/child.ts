import '../../../server/heap.ts';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkStorage, openStorage } from '../../../server/storage/open.ts';

/**
 * node child.js <mode> <url> <scratch> <key in hex> <bytes>: works in a storage from a process of its own.
 *   stall      writes so much of child/0, says so, and waits to be killed
 *   stream     writes and reads child/0, and says by how much the process grew
 *   parallel   the same with 50 at a time
 *   check      says what the start finds of it; needs no more than the url
 */
const [mode, url = '', scratch = '', key = '', bytes = ''] = process.argv.slice(2);
const storage = openStorage(url, Buffer.from(key, 'hex'), scratch);
const piece = Buffer.alloc(64 * 1024, 'any recording ');

async function* content(length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

async function writeAndRead(name: string): Promise<void> {
  const { sha256 } = await storage.put(name, content(Number(bytes)));
  const hash = createHash('sha256');
  for await (const read of await storage.read(name)) hash.update(read);
  if (hash.digest('hex') !== sha256) throw new Error(`${name} is not what was written`);
  await storage.remove(name);
}

async function grown(count: number): Promise<void> {
  // The first one loads what is needed.
  await storage.put('child/first', content(1000));
  await storage.remove('child/first');
  const before = process.memoryUsage.rss();
  await Promise.all(Array.from({ length: count }, (_, i) => writeAndRead(`child/${i}`)));
  console.log(JSON.stringify({ grownMb: Math.round(Math.max(0, peakBytes() - before) / 1024 ** 2) }));
}

/** Of this program alone: what `getrusage` tells counts in the process that started it. */
function peakBytes(): number {
  const peakKb = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(peakKb) * 1024;
}

if (mode === 'stall')
  await storage.put(
    'child/0',
    (async function* () {
      yield* content(Number(bytes));
      console.log('written');
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    })(),
  );
else if (mode === 'check') console.log(await checkStorage(url));
else await grown(mode === 'parallel' ? 50 : 1);
