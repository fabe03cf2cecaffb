import { transaction } from '../../../db/database.ts';
import type { StoredRule } from '../../../db/queries/assignment-rules.ts';
import { removeEarlierRejectedRows, removeRejectedRows } from '../../../db/queries/rejected-rows.ts';
import { beginItem, type Reader, type ReadyItem, saveCheckpoint } from '../../../db/queries/source-items.ts';
import { keyBytes } from '../../../db/queries/source-ledger.ts';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { RowBlock, SourceRow } from '../../rows/row-block.ts';
import type { Services } from '../../services.ts';
import { WorkAborted } from '../../worker/abort.ts';
import { copyToScratch, type ScratchFile } from '../fetch/scratch.ts';
import { readChunks } from '../store/chunks.ts';
import type { OnExisting, SortedRows } from '../store/sort.ts';
import { ChunkStore } from '../store/store.ts';

const wrongFileRows = 10_000;

/** Whose item is read, and for how long. */
export interface ItemRun {
  services: Services;
  /** Aborts on cancel, on a lost lease, and when the program stops. */
  signal: AbortSignal;
  accountId: number;
  /** 0 for what came over the API. */
  connectorId: number;
}

/** How an item is read. */
export interface ItemReading<Row extends SourceRow> {
  reader: Reader;
  rules: readonly StoredRule[];
  onExisting: OnExisting;
  /** The item's bytes. */
  open(): Promise<ByteStream>;
  /** Its rows, from the copy of its bytes. */
  rows(scratch: ScratchFile): AsyncIterable<RowBlock<Row>>;
  /** Whether reading goes on when most of the first rows are rejected. */
  toleratesRejected?: boolean;
  /** Is told which rows were left as they are: see SortedRows. */
  onKept?: (kept: SortedRows['kept']) => void;
  /** Whether content that differs from what a killed run had begun is refused; else it is read from the start. */
  mustStaySame?: boolean;
}

/**
 * Reads one item from where it was: copies it, parses and validates its rows, stores them chunk by chunk. Gives the number
 * of rows that were rejected, also by the attempts before this one.
 */
export async function importItem<Row extends SourceRow>(
  run: ItemRun,
  item: ReadyItem,
  reading: ItemReading<Row>,
): Promise<number> {
  if (Buffer.byteLength(item.key) >= keyBytes)
    throw new AppError(
      'invalid',
      `The path is longer than ${keyBytes - 1} bytes. Shorten the names of the file or its folders.`,
    );
  const content = await reading.open();
  await using scratch = await copyToScratch(content, run.services.config.dataDir, run.signal);
  if (reading.mustStaySame && hasChanged(item, scratch)) throw changed(item);
  const begun = await begin(run, item, scratch, reading.reader);
  return await storeRows(run, begun, scratch, reading);
}

/** Takes the item under this claim. Content that differs from what a killed run had begun is read from the start. */
async function begin({ services }: ItemRun, item: ReadyItem, scratch: ScratchFile, reader: Reader): Promise<ReadyItem> {
  const { sha256 } = scratch;
  const fromStart = hasChanged(item, scratch);
  const { executionId, work } = reader;
  await transaction(services.database.pool, async (connection) => {
    if (!(await beginItem(connection, reader, item.id, { sha256, fromStart }))) throw new WorkAborted('lease_lost');
    const place = { accountId: work.accountId, executionId, sourceItemId: item.id };
    if (fromStart) await removeRejectedRows(connection, place);
    // An earlier execution's, which failed on it or left it.
    if (fromStart || item.recordsDone === 0) await removeEarlierRejectedRows(connection, place);
  });
  return fromStart ? { ...item, recordsDone: 0, rejected: 0 } : item;
}

/** Whether rows were stored of other content than this. */
function hasChanged({ recordsDone, sha256 }: ReadyItem, scratch: ScratchFile): boolean {
  return recordsDone > 0 && !(sha256?.equals(scratch.sha256) ?? false);
}

function changed({ recordsDone }: ReadyItem): AppError {
  return new AppError(
    'conflict',
    `The file was changed while it was read: ${recordsDone.toLocaleString('en')} rows of the file as it was are stored and stay. Send what is new as another file that does not change.`,
  );
}

/** While one chunk is being stored, the next one is parsed and prepared. */
async function storeRows<Row extends SourceRow>(
  { services, connectorId, signal, accountId }: ItemRun,
  item: ReadyItem,
  scratch: ScratchFile,
  { reader, rules, onExisting, onKept, rows, toleratesRejected = false }: ItemReading<Row>,
): Promise<number> {
  const origin = { accountId, connectorId, sourceItemId: item.id };
  const store = new ChunkStore(services.database, {
    ...{ origin, executionId: reader.executionId, fileName: item.key, onExisting, onKept },
    checkpoint: (connection, chunk) => saveCheckpoint(connection, reader, item.id, chunk),
  });
  let { rejected } = item;
  let storing: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of readChunks(rows(scratch), { rules, skip: item.recordsDone, signal })) {
      const prepared = store.prepare(chunk);
      await storing;
      rejected += chunk.rejected.length;
      const { from, to } = chunk;
      storing = store.store(prepared).then(() => services.log.debug({ item: item.key, from, to }, 'rows stored'));
      // Its failure is met at the next await; until then it must not count as unhandled.
      storing.catch(() => undefined);
      const isWrongFile = from < wrongFileRows && to >= wrongFileRows && rejected * 2 > to;
      if (isWrongFile && !toleratesRejected) throw wrongFile(rejected, to);
    }
  } finally {
    await storing;
  }
  return rejected;
}

function wrongFile(rejected: number, rows: number): AppError {
  return new AppError(
    'too_many_rejected',
    `${rejected.toLocaleString('en')} of the first ${rows.toLocaleString('en')} rows were rejected, so reading was stopped: this looks like the wrong file. The rejected rows say what is wrong with them.`,
  );
}
