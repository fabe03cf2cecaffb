import { transaction } from '../../db/database.ts';
import {
  deleteInboxEntry,
  filesOfInbox,
  findInboxEntry,
  type InboxEntry,
  type InboxOwner,
  insertInboxFolder,
  moveInboxEntry,
} from '../../db/queries/inbox-files.ts';
import { findInbox, readersOfInbox } from '../../db/queries/inbox-logins.ts';
import { AppError } from '../../shared/error.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { InboxFile, InboxFolder, InboxServer } from '../connectors/connector.ts';
import { freeName } from '../connectors/files/free-name.ts';
import type { Services } from '../services.ts';
import { readSegments, removeSegments } from '../storage/segments.ts';
import { segmentsOnlyIn } from './arrival.ts';
import { folderOf, nameOf } from './paths.ts';
import { inboxServer } from './server-facts.ts';

/** A hosted inbox of the account, by its connector's name or its login. Throws `not_found`. */
export async function openInboxFolder(
  services: Services,
  accountId: number,
  which: { name: string } | { username: string },
): Promise<InboxFolder> {
  const found = await findInbox(services.database.pool, accountId, which);
  if (found) {
    const readers = await readersOfInbox(services.database.pool, accountId, found.name);
    const readBy = readers.length > 0 ? readers.map(({ name }) => name).join(', ') : undefined;
    return new StoredFolder(services, { accountId, connectorId: found.connectorId }, readBy);
  }
  const named = 'name' in which ? `named "${which.name}"` : `with the login "${which.username}"`;
  throw new AppError('not_found', `There is no inbox ${named}. Make it first, or correct the name.`);
}

const filesAtOnce = 500;

class StoredFolder implements InboxFolder {
  readonly #services: Services;
  readonly #owner: InboxOwner;
  readonly readBy: string | undefined;

  constructor(services: Services, owner: InboxOwner, readBy: string | undefined) {
    this.#services = services;
    this.#owner = owner;
    this.readBy = readBy;
  }

  async *list(): AsyncGenerator<InboxFile> {
    for (let after = ''; ; ) {
      const entries = await filesOfInbox(this.#services.database.pool, this.#owner, after, filesAtOnce);
      for (const entry of entries) yield fileOf(entry);
      if (entries.length < filesAtOnce) return;
      after = entries.at(-1)?.path ?? after;
    }
  }

  async find(path: string): Promise<InboxFile | undefined> {
    const entry = await findInboxEntry(this.#services.database.pool, this.#owner, path);
    return entry && !entry.isFolder ? fileOf(entry) : undefined;
  }

  async open(path: string, version?: string): Promise<ByteStream> {
    const entry = await findInboxEntry(this.#services.database.pool, this.#owner, path);
    if (!entry || (entry.state !== 'complete' && version === undefined))
      throw new AppError('path_missing', `There is no complete file /${path} in the inbox.`);
    if (entry.state !== 'complete') throw changed(path);
    if (entry.isFolder) throw new AppError('path_is_directory', `/${path} is a folder, not a file.`);
    if (version !== undefined && versionOf(entry) !== version) throw changed(path);
    return this.#content(entry);
  }

  async move({ path, version }: Pick<InboxFile, 'path' | 'version'>, toPath: string): Promise<void> {
    await transaction(this.#services.database.pool, async (connection) => {
      const entry = await findInboxEntry(connection, this.#owner, path, 'lock');
      if (!entry) return;
      if (versionOf(entry) !== version || entry.upload) throw changed(path);
      const home = folderOf(toPath);
      await this.#makeFolders(home, async (folder) => {
        const there = await findInboxEntry(connection, this.#owner, folder, 'lock');
        if (there && !there.isFolder)
          throw new AppError('conflict', `/${folder} is a file, so nothing can be moved into it.`);
        if (!there) await insertInboxFolder(connection, this.#owner, folder);
      });
      const pathOf = (name: string) => (home === '' ? name : `${home}/${name}`);
      const isTaken = async (name: string) =>
        (await findInboxEntry(connection, this.#owner, pathOf(name))) !== undefined;
      const name = await freeName(nameOf(toPath), isTaken);
      await moveInboxEntry(connection, this.#owner, entry.id, pathOf(name));
    });
  }

  async remove({ path, version }: Pick<InboxFile, 'path' | 'version'>): Promise<void> {
    const removed = await transaction(this.#services.database.pool, async (connection) => {
      const entry = await findInboxEntry(connection, this.#owner, path, 'lock');
      if (!entry) return undefined;
      if (versionOf(entry) !== version || entry.upload) throw changed(path);
      await deleteInboxEntry(connection, this.#owner, entry.id);
      return entry;
    });
    if (removed) await removeSegments(this.#services.storage, segmentsOnlyIn(removed, []));
  }

  server(): Promise<InboxServer> {
    return inboxServer(this.#services);
  }

  async #makeFolders(path: string, make: (folder: string) => Promise<void>): Promise<void> {
    const names = path.split('/').filter(Boolean);
    for (let depth = 1; depth <= names.length; depth++) await make(names.slice(0, depth).join('/'));
  }

  /** A file that is replaced or removed while it is read is another one by then, not a damaged one. */
  async *#content({ path, segments }: InboxEntry): AsyncGenerator<Uint8Array> {
    try {
      yield* readSegments(this.#services.storage, segments);
    } catch (error) {
      throw error instanceof AppError && error.code === 'not_found' ? changed(path, error) : error;
    }
  }
}

/** While a complete file is being replaced, it is still what it was. */
function fileOf(entry: InboxEntry): InboxFile {
  const { path, size, modifiedAt, state, upload } = entry;
  const isComplete = state === 'complete';
  return { path, version: versionOf(entry), size: isComplete ? size : (upload?.size ?? 0), modifiedAt, isComplete };
}

/** Another one for each completion, and for a file that came in the place of one that was removed. */
function versionOf({ id, revision }: InboxEntry): string {
  return `${id}.${revision}`;
}

function changed(path: string, cause?: unknown): AppError {
  return new AppError(
    'item_changed',
    `/${path} was replaced or removed since it was listed. It is read at the next run.`,
    {
      cause,
    },
  );
}
