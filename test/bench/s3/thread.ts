import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { SourceItem, SourceSession } from '../../../server/connectors/connector.ts';
import { s3ConfigSchema } from '../../../server/connectors/s3/config.ts';
import { openSource } from '../../../server/connectors/s3/source.ts';
import { contextOf } from '../../server/connectors/contract-kit.ts';
import type { Answer, Order } from '../sftp/thread.ts';

const transfers = 8;
/** Files are written in pieces of this size, each by one call. */
const writeBytes = 1024 ** 2;

// A failure is unhandled, and ends the process.
parentPort?.on('message', async (order: Order) => parentPort?.postMessage(await carryOut(order)));
parentPort?.postMessage('up');

/** From the first request to the end, as the peer is measured. */
async function carryOut({ kind, config, to }: Order): Promise<Answer> {
  const started = performance.now();
  const answer = { seconds: 0, files: 0, bytes: 0 };
  {
    await using session = await openSource(s3ConfigSchema.parse(config), contextOf());
    if (kind === 'list')
      for await (const { readiness } of session.list()) answer.files += readiness === 'ready' ? 1 : 0;
    else await pull(session, to, answer);
  }
  answer.seconds = (performance.now() - started) / 1000;
  return answer;
}

/** Reads begin while the listing goes on; none is kept waiting in memory. */
async function pull(session: SourceSession, to: string | undefined, answer: Answer): Promise<void> {
  const items = session.list()[Symbol.asyncIterator]();
  let turn: Promise<IteratorResult<SourceItem>> | undefined;
  const next = () => {
    turn = (turn ?? Promise.resolve()).then(() => items.next());
    return turn;
  };
  const transfer = async () => {
    const memory = Buffer.allocUnsafe(writeBytes);
    for (let item = await next(); !item.done; item = await next()) {
      const bytes = await keep(session, item.value, to, memory);
      answer.bytes += bytes;
      answer.files++;
    }
  };
  await Promise.all(Array.from({ length: transfers }, transfer));
}

async function keep(session: SourceSession, item: SourceItem, to: string | undefined, memory: Buffer): Promise<number> {
  const file = to === undefined ? undefined : await open(join(to, item.key), 'w');
  let bytes = 0;
  let gathered = 0;
  for await (const piece of await session.read(item)) {
    bytes += piece.length;
    if (gathered + piece.length > memory.length) gathered = await flush(file, memory, gathered);
    memory.set(piece, gathered);
    gathered += piece.length;
  }
  await flush(file, memory, gathered);
  await file?.close();
  return bytes;
}

async function flush(file: FileHandle | undefined, memory: Buffer, length: number): Promise<0> {
  for (let at = 0; file !== undefined && at < length; ) at += (await file.write(memory, at, length - at)).bytesWritten;
  return 0;
}
