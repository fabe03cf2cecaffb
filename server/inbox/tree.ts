import type { PoolConnection } from 'mysql2/promise';
import { isDuplicateKey, transaction } from '../../db/database.ts';
import {
  deleteInboxEntry,
  findInboxEntry,
  hasEntriesBelow,
  type InboxEntry,
  insertInboxFolder,
  longestBelow,
  moveBelow,
  moveInboxEntry,
  type StoredSegment,
  setModifiedAt,
} from '../../db/queries/inbox-files.ts';
import type { Services } from '../services.ts';
import { removeSegments, sizeOfSegments } from '../storage/segments.ts';
import { isOffered, segmentsOnlyIn, trigger } from './arrival.ts';
import type { LiveUploads } from './live-uploads.ts';
import type { InboxLogin } from './login.ts';
import { folderOf, nameOf, requirePathBytes } from './paths.ts';
import type { ToldEntry } from './protocol/replies.ts';
import { Refusal } from './refusal.ts';

/** The files and folders of one inbox as its login sees them. Paths are those that jailed() gives. */
export class Tree {
  readonly #services: Services;
  readonly #login: InboxLogin;
  readonly #live: LiveUploads;
  readonly #freed: (bytes: number) => void;
  /** Folders that were there when this session last looked. */
  readonly #known = new Set(['']);

  constructor(services: Services, login: InboxLogin, live: LiveUploads, freed: (bytes: number) => void) {
    this.#services = services;
    this.#login = login;
    this.#live = live;
    this.#freed = freed;
  }

  /** Undefined where nothing has that path; the inbox's own folder has no entry. */
  find(path: string): Promise<InboxEntry | undefined> {
    return findInboxEntry(this.#services.database.pool, this.#login, path);
  }

  async told(path: string): Promise<ToldEntry> {
    if (path === '') return { name: '/', isFolder: true, size: 0, modifiedAt: new Date() };
    const live = this.#live.find(this.#login.connectorId, path);
    const entry = await this.find(path);
    if (live)
      return { name: nameOf(path), isFolder: false, size: live.size, modifiedAt: entry?.modifiedAt ?? new Date() };
    if (!entry) throw Refusal.missing(path);
    if (entry.isFolder) this.#known.add(path);
    return toldOf(entry);
  }

  /** Throws a Refusal where the folder is not there. Folders that were there before are not looked for again. */
  async requireFolder(path: string): Promise<void> {
    if (this.#known.has(path)) return;
    const entry = await this.find(path);
    if (!entry?.isFolder) throw Refusal.missing(path);
    this.#known.add(path);
  }

  knowsFolder(path: string): boolean {
    return this.#known.has(path);
  }

  async makeFolder(path: string): Promise<void> {
    const made =
      path !== '' &&
      (await transaction(this.#services.database.pool, async (connection) => {
        await this.#lockFolder(connection, folderOf(path));
        return insertInboxFolder(connection, this.#login, path);
      }));
    if (!made) throw Refusal.failed(`There is already a /${path}.`);
    this.#known.add(path);
  }

  async removeFolder(path: string): Promise<void> {
    if (path === '') throw Refusal.denied("The inbox's own folder cannot be removed.");
    await transaction(this.#services.database.pool, async (connection) => {
      const entry = await this.#locked(connection, path);
      if (!entry.isFolder) throw Refusal.failed(`/${path} is a file.`);
      if (await hasEntriesBelow(connection, this.#login, path))
        throw Refusal.failed(`The folder /${path} is not empty.`);
      await deleteInboxEntry(connection, this.#login, entry.id);
    });
    this.#known.delete(path);
  }

  async removeFile(path: string): Promise<void> {
    const live = this.#live.find(this.#login.connectorId, path);
    await live?.checkpoint();
    const entry = await transaction(this.#services.database.pool, async (connection) => {
      const found = await this.#locked(connection, path);
      if (found.isFolder) throw Refusal.failed(`/${path} is a folder.`);
      await deleteInboxEntry(connection, this.#login, found.id);
      return found;
    });
    await live?.discard();
    this.#remove(segmentsOnlyIn(entry, []));
  }

  async setModifiedAt(path: string, modifiedAt: Date): Promise<void> {
    await setModifiedAt(this.#services.database.pool, this.#login, path, modifiedAt);
  }

  /** A file that takes the place of another one replaces it only where `replaces` says so. */
  async rename(from: string, to: string, replaces: boolean): Promise<void> {
    if (from === to) return void (await this.told(from));
    if (from === '' || to === '' || to.startsWith(`${from}/`)) throw Refusal.denied(`/${from} cannot become /${to}.`);
    const { connectorId } = this.#login;
    const moving = [this.#live.find(connectorId, from), ...this.#live.below(connectorId, from)].filter(
      (upload) => upload !== undefined,
    );
    for (const upload of moving) await upload.checkpoint();
    const replaced = await this.#move(from, to, replaces);
    for (const upload of moving) await upload.moved(to + upload.path.slice(from.length));
    this.#known.clear();
    this.#known.add('');
    if (replaced) this.#remove(segmentsOnlyIn(replaced, []));
  }

  async #move(from: string, to: string, replaces: boolean): Promise<InboxEntry | undefined> {
    try {
      return await transaction(this.#services.database.pool, async (connection) => {
        await this.#lockFolder(connection, folderOf(to));
        const entry = await this.#locked(connection, from);
        const target = await findInboxEntry(connection, this.#login, to, 'lock');
        if (target && (!replaces || target.isFolder || entry.isFolder))
          throw Refusal.failed(`There is already a /${to}.`);
        if (target) await deleteInboxEntry(connection, this.#login, target.id);
        await this.#moveEntry(connection, entry, to);
        return target;
      });
    } catch (error) {
      if (isDuplicateKey(error)) throw Refusal.failed(`There is already a /${to}.`);
      throw error;
    }
  }

  async #moveEntry(connection: PoolConnection, entry: InboxEntry, to: string): Promise<void> {
    if (entry.isFolder) {
      const longest = await longestBelow(connection, this.#login, entry.path);
      requirePathBytes(longest + Buffer.byteLength(to) - Buffer.byteLength(entry.path));
      await moveBelow(connection, this.#login, entry.path, to);
    }
    await moveInboxEntry(connection, this.#login, entry.id, to);
    if (entry.isFolder || (entry.state === 'complete' && isOffered(this.#login, to)))
      await trigger(connection, this.#login);
  }

  async #locked(connection: PoolConnection, path: string): Promise<InboxEntry> {
    const entry = await findInboxEntry(connection, this.#login, path, 'lock');
    if (!entry) throw Refusal.missing(path);
    return entry;
  }

  async #lockFolder(connection: PoolConnection, path: string): Promise<void> {
    if (path !== '' && !(await this.#locked(connection, path)).isFolder) throw Refusal.failed(`/${path} is a file.`);
  }

  #remove(segments: readonly StoredSegment[]): void {
    this.#freed(sizeOfSegments(segments));
    removeSegments(this.#services.storage, segments).catch((error: unknown) =>
      this.#services.log.warn({ err: error }, 'the content of a removed inbox file could not be removed'),
    );
  }
}

/** Of a file that is being written, or whose upload broke off, the size is what can be gone on from. */
export function toldOf({ path, isFolder, size, upload, modifiedAt }: InboxEntry): ToldEntry {
  return { name: nameOf(path), isFolder, size: upload ? sizeOfSegments(upload.segments) : size, modifiedAt };
}
