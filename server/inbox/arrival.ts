import type { PoolConnection } from 'mysql2/promise';
import { type Connection, transaction } from '../../db/database.ts';
import { findInboxEntry, type InboxEntry, type StoredSegment } from '../../db/queries/inbox-files.ts';
import { readersOfInbox } from '../../db/queries/inbox-logins.ts';
import { completeFile, insertCompleteFile } from '../../db/queries/inbox-uploads.ts';
import { standingOf } from '../connectors/files/offered.ts';
import { triggerSystemJob } from '../schedule/system-job.ts';
import type { Services } from '../services.ts';
import type { InboxLogin } from './login.ts';
import { folderOf, nameOf } from './paths.ts';
import { Refusal } from './refusal.ts';

export interface CompletedFile {
  path: string;
  segments: readonly StoredSegment[];
  size: number;
  modifiedAt: Date;
  /** The upload's, where its row is known. */
  token: Buffer | undefined;
}

/**
 * Makes an upload the content of its file and starts what reads it, all or nothing. `stored` resolves when the content
 * is in the storage, before which nothing is committed. Returns the segments that are of no use any more. Throws a Refusal
 * where another connection has taken the upload over, or the folder has gone.
 */
export async function complete(
  { database }: Services,
  login: InboxLogin,
  file: CompletedFile,
  stored: Promise<void>,
): Promise<StoredSegment[]> {
  // Where there is nothing to start, one statement does it, once the content is there.
  if (!file.token && !isOffered(login, file.path)) {
    await stored;
    const outcome = await insert(database.pool, login, file);
    if (outcome === 'done') return [];
  }
  stored.catch(() => undefined);
  return transaction(database.pool, async (connection) => {
    const left = await store(connection, login, file);
    // Before the jobs are locked: nobody else should wait for our storage.
    await stored;
    if (isOffered(login, file.path)) await trigger(connection, login);
    return left;
  });
}

async function store(connection: PoolConnection, login: InboxLogin, file: CompletedFile): Promise<StoredSegment[]> {
  if (!file.token && (await insert(connection, login, file)) === 'done') return [];
  const entry = await findInboxEntry(connection, login, file.path, 'lock');
  if (!entry) throw Refusal.missing(file.path);
  if (entry.isFolder) throw Refusal.failed(`/${file.path} is a folder.`);
  if (file.token && !entry.upload?.token.equals(file.token)) throw takenOver(file.path);
  await completeFile(connection, login, entry.id, file);
  return segmentsOnlyIn(entry, file.segments);
}

async function insert(connection: Connection, login: InboxLogin, file: CompletedFile): Promise<'done' | 'exists'> {
  const folder = folderOf(file.path);
  const outcome = await insertCompleteFile(connection, login, { ...file, folder });
  if (outcome === 'no folder') throw Refusal.missing(folder);
  return outcome;
}

export function takenOver(path: string): Refusal {
  return Refusal.failed(
    `Another connection has gone on with /${path}, or it was removed; this upload of it has ended.`,
  );
}

/** All segments of an entry except those that go on being used. */
export function segmentsOnlyIn({ segments, upload }: InboxEntry, used: readonly StoredSegment[]): StoredSegment[] {
  const keys = new Set(used.map(({ key }) => key));
  const own = new Map([...segments, ...(upload?.segments ?? [])].map((segment) => [segment.key, segment]));
  return [...own.values()].filter(({ key }) => !keys.has(key));
}

/** Whether a complete file of that name is something that the connector, or an ECC 4x connector, would read. */
export function isOffered({ config }: InboxLogin, path: string): boolean {
  const name = nameOf(path);
  if (config.done_marker !== undefined && name.endsWith(config.done_marker)) return true;
  return (['csv', 'ndjson'] as const).some((format) => standingOf(name, format) === 'offered');
}

/** Runs what reads this inbox, in the transaction that made something arrive: its own job only where nobody else does. */
export async function trigger(connection: PoolConnection, login: InboxLogin): Promise<void> {
  const { accountId, connectorId, connectorName, username } = login;
  const readers = await readersOfInbox(connection, accountId, connectorName);
  const ids = readers.length > 0 ? readers.map(({ id }) => id) : [connectorId];
  // Always in the same order, so that two arrivals do not wait for each other's jobs.
  for (const id of ids) await triggerSystemJob(connection, accountId, id, `inbox ${username}`);
}
