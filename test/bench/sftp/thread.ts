import { close, open, write } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parentPort } from 'node:worker_threads';
import type { SourceItem, SourceSession } from '../../../server/connectors/connector.ts';
import { sftpConfigSchema } from '../../../server/connectors/sftp/config.ts';
import { openSource } from '../../../server/connectors/sftp/source.ts';
import { contextOf } from '../../server/connectors/contract-kit.ts';

/** What the measured process is asked; it answers with an Answer. */
export interface Order {
  kind: 'pull' | 'list';
  config: Record<string, unknown>;
  /** Where the files go; nowhere when it is left out. */
  to?: string;
}

export interface Answer {
  seconds: number;
  files: number;
  bytes: number;
}

const readsAtOnce = 16;
const openFile = promisify(open);
const closeFile = promisify(close);
const writeFrom = promisify(write);

// A failure is unhandled, and ends the process.
parentPort?.on('message', async (order: Order) => parentPort?.postMessage(await carryOut(order)));
parentPort?.postMessage('up');

/** From the connection to its end, as the peer is measured. */
async function carryOut({ kind, config, to }: Order): Promise<Answer> {
  const started = performance.now();
  const answer = { seconds: 0, files: 0, bytes: 0 };
  {
    await using session = await openSource(sftpConfigSchema.parse(config), contextOf());
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
  const reader = async () => {
    for (let item = await next(); !item.done; item = await next()) {
      const bytes = await keep(session, item.value, to);
      answer.bytes += bytes;
      answer.files++;
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, reader));
}

async function keep(session: SourceSession, item: SourceItem, to: string | undefined): Promise<number> {
  const file = to === undefined ? undefined : await openFile(join(to, item.key), 'w');
  let bytes = 0;
  for await (const piece of await session.read(item)) {
    for (let at = 0; file !== undefined && at < piece.length; )
      at += (await writeFrom(file, piece, at, piece.length - at)).bytesWritten;
    bytes += piece.length;
  }
  if (file !== undefined) await closeFile(file);
  return bytes;
}
