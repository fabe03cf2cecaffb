import {
  endItem,
  type ItemEnd,
  type ItemPosition,
  type ListedReadyItem,
  nextReadyItems,
} from '../../../db/queries/source-items.ts';
import { AppError } from '../../../shared/error.ts';
import type { SourceItem } from '../../connectors/connector.ts';
import { wait } from '../../wait.ts';
import { WorkAborted } from '../../worker/abort.ts';
import { startRepeatedTask } from '../../worker/repeated-task.ts';
import { MemberFailure, readFileRows } from '../fetch/file-rows.ts';
import { sha256 } from '../fetch/listing.ts';
import { itemBounds, unpacked } from '../fetch/unpack.ts';
import { sourceVersion } from '../fetch/versions.ts';
import { withAttempts } from './attempts.ts';
import { importItem } from './item.ts';
import { endsRun, type ImportRun, lostSession, showEveryMs, showProgress } from './run.ts';

const itemsAtOnce = 100;
const stillWritten = 'still being written';

/** Reads every item that is this execution's to read, in order of key; an item that fails does not stop the others. */
export async function readItems(current: ImportRun): Promise<void> {
  const { log } = current.run.services;
  let ended = 0;
  let shown = 0;
  // By the clock, not by the items: while one takes long, what those before it brought is to be seen.
  const showing = startRepeatedTask(
    async () => {
      const upTo = ended;
      if (shown < upTo) await showProgress(current, { now: true });
      shown = upTo;
    },
    { everyMs: showEveryMs, log, complaint: 'the counts of a run under way could not be shown; trying again' },
  );
  try {
    await readInOrder(current, () => ended++);
  } finally {
    await showing.stop();
  }
  await showProgress(current, { now: true });
}

async function readInOrder(current: ImportRun, onEnd: () => void): Promise<void> {
  const { run, reader } = current;
  const { pool } = run.services.database;
  let after: ItemPosition | undefined;
  for (;;) {
    const items = await nextReadyItems(pool, run.accountId, run.id, { after, limit: itemsAtOnce });
    if (items.length === 0) break;
    if (!after) await waitUntilStable(current);
    for (const item of items) {
      after = item;
      // A source that cannot be reached ends the run; the item is not at fault.
      await current.source.session();
      const end = await withAttempts(current, item, (now) => readItem(current, now));
      if (end.state === 'waiting') await keepWaiting(current, item);
      if (!(await endItem(pool, reader, item.id, end))) throw new WorkAborted('lease_lost');
      await sayEnd(current, item, end);
      onEnd();
    }
  }
}

async function sayEnd(current: ImportRun, item: ListedReadyItem, end: ItemEnd): Promise<void> {
  current.bytes.end(item.size);
  if (end.state === 'done') return await current.words.read(current, item, end.rejected);
  if (end.state === 'failed') current.run.log('error', `Could not be read: ${end.failure.message}`);
  else current.words.waits(current, [{ key: item.key, reason: stillWritten }]);
}

/** An item is listed before this and looked at again as it is read: if it was the same for so long, nobody writes it. */
async function waitUntilStable({ run, settings, listedAtMs }: ImportRun): Promise<void> {
  const leftMs = listedAtMs + settings.stable_seconds * 1000 - performance.now();
  if (leftMs <= 0) return;
  await wait(leftMs, run.signal);
  run.signal.throwIfAborted();
}

async function readItem(current: ImportRun, item: ListedReadyItem): Promise<ItemEnd> {
  const { run, connector, source, settings, reader, bytes } = current;
  try {
    const session = await source.session();
    run.signal.throwIfAborted();
    const { services, signal, accountId } = run;
    const { dataDir } = services.config;
    const rejected = await importItem({ services, signal, accountId, connectorId: connector.id }, item, {
      reader,
      rules: settings.rules,
      onExisting: settings.on_existing,
      onKept: (kept) => current.words.keep(kept),
      open: async () => unpacked(bytes.coming(await session.read(listedItem(item, run.id)), item.size), itemBounds),
      rows: (scratch) => readFileRows(bytes.parsing(scratch), settings, { dataDir, signal }),
    });
    return { state: 'done', toFinish: settings.after_success !== 'leave', rejected };
  } catch (thrown) {
    return await failedEnd(current, item, thrown);
  }
}

/** How an item ended that could not be read. Throws what ends the whole run. */
async function failedEnd({ run, source }: ImportRun, { key }: ListedReadyItem, thrown: unknown): Promise<ItemEnd> {
  const error = AppError.from(thrown, 'the import');
  if (run.signal.aborted || endsRun(error)) throw thrown;
  const { code, message } = error;
  if (code === 'item_changed') return { state: 'waiting', failure: { code, message } };
  run.services.log.warn({ err: thrown, item: key }, 'an item could not be read');
  if (lostSession.includes(code)) await source.forget();
  const file = error instanceof MemberFailure ? `${key}/${error.member}` : key;
  return { state: 'failed', failure: { code, message: `${file}: ${message}` } };
}

async function keepWaiting({ waiting }: ImportRun, { key, size }: ListedReadyItem): Promise<void> {
  await waiting.add([{ key, keyHash: sha256(key), size, reason: stillWritten }]);
}

/** The item as its source listed it. */
function listedItem({ key, version, size, modifiedAt }: ListedReadyItem, executionId: Buffer): SourceItem {
  return { key, version: sourceVersion({ version, executionId }), size, modifiedAt, readiness: 'ready' };
}
