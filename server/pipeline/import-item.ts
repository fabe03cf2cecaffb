import { transaction } from '../../db/database.ts';
import { removeRejectedRows } from '../../db/queries/rejected-rows.ts';
import { beginItem, keyBytes, type Reader, type ReadyItem } from '../../db/queries/source-items.ts';
import { AppError } from '../../shared/error.ts';
import type { SourceSession } from '../connectors/connector.ts';
import { WorkAborted } from '../worker/abort.ts';
import { copyToScratch, type ScratchFile } from './fetch/scratch.ts';
import type { ImportSettings } from './import-settings.ts';
import type { ExecutionRun } from './run.ts';
import { readChunks } from './store/chunks.ts';
import { ChunkStore } from './store/store.ts';

const wrongFileRows = 10_000;

/** Reads one item from where it was: copies it, parses and validates its rows, stores them chunk by chunk. */
export async function importItem(
  run: ExecutionRun,
  session: SourceSession,
  item: ReadyItem,
  settings: ImportSettings,
  reader: Reader,
): Promise<void> {
  const { services, signal } = run;
  const { key, version } = item;
  if (Buffer.byteLength(key) >= keyBytes)
    throw new AppError(
      'invalid',
      `The path is longer than ${keyBytes - 1} bytes. Shorten the names of the file or its folders.`,
    );
  const content = await session.read({ key, version, size: undefined, readiness: 'ready' });
  await using scratch = await copyToScratch(content, services.config.dataDir, signal);
  const begun = await begin(run, item, scratch, reader);
  await storeRows(run, begun, scratch, settings, reader);
}

/** Takes the item under this claim. Content that differs from what a killed run had begun is read from the start. */
async function begin(run: ExecutionRun, item: ReadyItem, scratch: ScratchFile, reader: Reader): Promise<ReadyItem> {
  const { sha256 } = scratch;
  const fromStart = item.recordsDone > 0 && !(item.sha256?.equals(sha256) ?? false);
  const { executionId, work } = reader;
  await transaction(run.services.database.pool, async (connection) => {
    if (!(await beginItem(connection, reader, item.id, { sha256, fromStart }))) throw new WorkAborted('lease_lost');
    const place = { accountId: work.accountId, executionId, sourceItemId: item.id };
    if (fromStart) await removeRejectedRows(connection, place);
  });
  return fromStart ? { ...item, recordsDone: 0, rejected: 0 } : item;
}

/** While one chunk is being stored, the next one is parsed and prepared. */
async function storeRows(
  { services, connectors, signal, accountId }: ExecutionRun,
  item: ReadyItem,
  scratch: ScratchFile,
  settings: ImportSettings,
  reader: Reader,
): Promise<void> {
  const origin = { accountId, connectorId: connectors[0]?.id ?? 0, sourceItemId: item.id };
  const { on_existing: onExisting } = settings;
  const store = new ChunkStore(services.database, { origin, reader, fileName: item.key, onExisting });
  let { rejected } = item;
  let storing: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of readChunks(scratch, settings, { skip: item.recordsDone, signal })) {
      const prepared = store.prepare(chunk);
      await storing;
      rejected += chunk.rejected.length;
      const { from, to } = chunk;
      storing = store.store(prepared).then(() => services.log.debug({ item: item.key, from, to }, 'rows stored'));
      // Its failure is met at the next await; until then it must not count as unhandled.
      storing.catch(() => undefined);
      if (from < wrongFileRows && to >= wrongFileRows && rejected * 2 > to) throw wrongFile(rejected, to);
    }
  } finally {
    await storing;
  }
}

function wrongFile(rejected: number, rows: number): AppError {
  return new AppError(
    'too_many_rejected',
    `${rejected.toLocaleString('en')} of the first ${rows.toLocaleString('en')} rows were rejected, so reading was stopped: this looks like the wrong file. The rejected rows say what is wrong with them.`,
  );
}
