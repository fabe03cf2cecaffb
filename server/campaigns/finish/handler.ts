import { type Connection, transaction } from '../../../db/database.ts';
import {
  type FileChange,
  type StoredImportFile,
  selectFiles,
  updateFile,
} from '../../../db/queries/campaign-import-files.ts';
import { moveImport, type StoredImport, selectImport } from '../../../db/queries/campaign-imports.ts';
import { selectCampaign } from '../../../db/queries/campaigns.ts';
import { settleWork, type Work } from '../../../db/queries/work.ts';
import { AppError, type Failure } from '../../../shared/error.ts';
import type { Services } from '../../services.ts';
import type { WorkHandler } from '../../worker/handler.ts';
import { campaignOf } from '../campaigns.ts';
import { isKept, removeContent, removeRecording } from '../content.ts';
import { ConversationReader, type Surroundings } from './conversation.ts';
import { importFile } from './import-file.ts';
import { inLanes } from './lanes.ts';
import { readSheets } from './read-sheets.ts';

/** Copying takes turns with the database; more at once would only seek. */
const filesAtOnce = 4;
const filesPerLook = 100;

/**
 * Finishes manual imports, and removes what is left of cancelled ones. Every file says how it stands, so an attempt goes
 * on where the one before it ended.
 */
export function manualImportHandler(services: Services): WorkHandler {
  const { pool } = services.database;
  return {
    kind: 'manual_import',
    concurrency: 2,
    maxAttempts: 10,
    async run(work, signal) {
      const found = await selectImport(pool, work.accountId, work.subject);
      if (found?.state === 'finishing') {
        await importFiles(services, found, signal);
        // Not where somebody has cancelled it meanwhile. From here on another attempt only tidies up.
        await moveImport(pool, found, ['finishing'], { state: 'done', failure: null });
      }
      await tidyAndSettle(services, work);
    },
    /** Open again: what is imported stays, and the rest can be tried once more when the reason is gone. */
    async giveUp(work, failure) {
      const self = { accountId: work.accountId, id: work.subject };
      const isOpen = await transaction(pool, async (connection) => {
        if (!(await moveImport(connection, self, ['finishing'], { state: 'open', failure }))) return false;
        await requireSettled(connection, work);
        return true;
      });
      if (!isOpen) await tidyAndSettle(services, work);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function importFiles(services: Services, found: StoredImport, signal: AbortSignal): Promise<void> {
  const { pool } = services.database;
  const surroundings = await surroundingsOf(services, found);
  await readSheets(services, found, surroundings, signal);
  const reader = new ConversationReader(surroundings);
  for (;;) {
    const files = await selectFiles(pool, found.accountId, found.id, {
      ...{ kind: 'audio', states: ['uploaded'], limit: filesPerLook },
    });
    if (files.length === 0) return;
    await inLanes(files, { count: filesAtOnce, signal }, async (file, signal) => {
      if (await isFinishing(services, found)) await importFile(services, file, reader, signal);
    });
    if (!(await isFinishing(services, found))) return;
  }
}

async function isFinishing({ database }: Services, { accountId, id }: StoredImport): Promise<boolean> {
  return (await selectImport(database.pool, accountId, id))?.state === 'finishing';
}

async function surroundingsOf(services: Services, found: StoredImport): Promise<Surroundings> {
  const { pool } = services.database;
  const campaign = await selectCampaign(pool, found.accountId, found.campaignUid);
  if (!campaign) throw new AppError('not_found', 'The campaign of this import is not there any more.');
  const { id, name, settings } = campaignOf(campaign);
  return {
    campaign: { id, name, defaults: settings.defaults },
    settings: found.settings,
    timezone: found.timezone,
  };
}

async function tidyAndSettle(services: Services, work: Work): Promise<void> {
  const { pool } = services.database;
  const found = await selectImport(pool, work.accountId, work.subject);
  if (found?.state === 'done' || found?.state === 'cancelled') await removeRest(services, found);
  await requireSettled(pool, work);
}

async function requireSettled(connection: Connection, work: Work): Promise<void> {
  if (!(await settleWork(connection, work)))
    throw new AppError('lease_lost', 'Another worker has taken this import over.');
}

const incomplete: Failure = { code: 'invalid', message: 'It was not uploaded completely. Drop it again.' };

/** What still lies in storage of an import that has ended, and files that never got to an end of their own. */
async function removeRest(services: Services, { accountId, id, state }: StoredImport): Promise<void> {
  const { pool } = services.database;
  for (let after: Buffer | undefined; ; ) {
    const files = await selectFiles(pool, accountId, id, { after, limit: filesPerLook });
    for (const file of files) await removeRestOf(services, file, state === 'cancelled');
    after = files.at(-1)?.id;
    if (!after) return;
  }
}

async function removeRestOf(services: Services, file: StoredImportFile, isCancelled: boolean): Promise<void> {
  const { pool } = services.database;
  const { storage } = services;
  if (file.state === 'uploading' || file.state === 'uploaded')
    await updateFile(pool, file, await endOf(services, file, isCancelled));
  if (file.segments.length + file.pending.length === 0) return;
  await removeContent(storage, file);
  await updateFile(pool, file, { segments: [], pending: [] });
}

/** How a file ends that was waiting. What stored its call may have died before it said so. */
async function endOf(services: Services, file: StoredImportFile, isCancelled: boolean): Promise<FileChange> {
  if (await isKept(services.database.pool, file)) return { state: 'imported' };
  if (!isCancelled) return { state: 'failed', failure: incomplete };
  await removeRecording(services.storage, file);
  return { state: 'cancelled' };
}
