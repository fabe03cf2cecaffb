import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import {
  deleteFile,
  insertFile,
  lockFile,
  type StoredImportFile,
  selectFile,
  updateFile,
} from '../../../db/queries/campaign-import-files.ts';
import { lockImport, type StoredImport, selectImport } from '../../../db/queries/campaign-imports.ts';
import { parseUuid, uuidText } from '../../../db/uuid.ts';
import { kindOfFile } from '../../../shared/campaign.ts';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { Session } from '../../security/sessions.ts';
import type { Services } from '../../services.ts';
import { gathered } from '../../storage/gather.ts';
import { chunkBytes } from '../../storage/sealed.ts';
import { appendSegment, type Segment } from '../../storage/segments.ts';
import { maySee } from '../access.ts';
import { isKept, removeContent, removeRecording } from '../content.ts';
import type { Announced } from './announced.ts';
import { type Incoming, incoming } from './incoming.ts';
import { partsOf } from './parts.ts';
import { requireRoom, requireSize } from './room.ts';

/** What the protocol tells of an upload. */
export interface Upload {
  id: string;
  size: number;
  offset: number;
}

export interface Writing {
  offset: number;
  /** Ends the reading; what came is kept. */
  signal: AbortSignal;
  /** Told what comes while the request is being read. */
  watch(incoming: Incoming): { stop(): void };
}

/** Where the next part of a file goes. */
interface Place {
  file: StoredImportFile;
  key: string;
}

/** Whole pieces as they are sealed, at most 8 MB: so much is lost at most of a request that a kill breaks off. */
const partBytes = Math.floor((8 * 1024 ** 2) / chunkBytes) * chunkBytes;

/**
 * The files of manual imports as one person may send them, so that no query goes without its account. Every few MB of a
 * request are a sealed object of their own; an offset is acknowledged when it is in the database.
 */
export class ImportFileStore {
  readonly #services: Services;
  readonly #session: Session;

  constructor(services: Services, session: Session) {
    this.#services = services;
    this.#session = session;
  }

  /** Announcing the same file again finds the upload that is there. Throws `conflict` where it has another size now. */
  create({ importId, name, id }: Announced, byteSize: number): Promise<Upload> {
    const { accountId } = this.#session;
    const kind = kindOfFile(name);
    requireSize(kind, byteSize);
    return transaction(this.#services.database.pool, async (connection) => {
      this.#requireOpen(await lockImport(connection, accountId, importId));
      const known = await selectFile(connection, accountId, id);
      if (known) return sameUpload(known, byteSize);
      await requireRoom(connection, accountId, importId, byteSize);
      await insertFile(connection, { id, accountId, importId, name, kind, byteSize });
      return { id: uuidText(id), size: byteSize, offset: 0 };
    });
  }

  /** Throws `not_found`, and what is wrong with a file that is not taken. */
  async find(id: string): Promise<Upload> {
    const { pool } = this.#services.database;
    const file = await selectFile(pool, this.#session.accountId, idOf(id));
    if (!file) throw noSuchUpload();
    this.#requireSeen(await selectImport(pool, file.accountId, file.importId));
    if (file.failure) throw new AppError(file.failure.code, file.failure.message);
    return uploadOf(file);
  }

  /**
   * Stores what the stream brings and gives the new offset. Every part of it counts as soon as it is stored, so that a
   * program that is killed loses one part at most. Throws `item_changed` where the offset is another than was said.
   */
  async write(id: string, stream: Readable, { offset, signal, watch }: Writing): Promise<number> {
    let place = await this.#reserve(idOf(id), offset);
    const { kind, byteSize } = place.file;
    const isBeginning = offset === 0 && kind === 'audio';
    const most = byteSize - offset;
    const coming = incoming(stream, { most, sniff: isBeginning ? { wholeBytes: byteSize } : undefined, signal });
    const parts = partsOf(gathered(coming.bytes), { partBytes, wholeBytes: most });
    const watching = watch(coming);
    try {
      for (let at = offset; ; ) {
        at = await this.#keep(place, at, parts.next());
        if (parts.hasEnded()) return at;
        place = await this.#reserve(place.file.id, at);
      }
    } finally {
      watching.stop();
      await parts.leave();
    }
  }

  /**
   * The file is gone for finishing first, then from storage, then altogether. A recording that an attempt to finish made
   * of it goes before all that: who dies in between leaves a file that is finished, or taken back, as if it had none.
   */
  async remove(id: string): Promise<void> {
    const { storage, database } = this.#services;
    const file = await transaction(database.pool, async (connection) => {
      const found = await this.#lock(connection, idOf(id));
      if (!(await isKept(connection, found))) await removeRecording(storage, found);
      await updateFile(connection, found, { state: 'cancelled' });
      return found;
    });
    await removeContent(storage, file);
    await deleteFile(database.pool, file);
  }

  /** Stores one part under its key and gives the new offset. */
  async #keep({ file, key }: Place, offset: number, part: ByteStream): Promise<number> {
    try {
      const { segment, failure } = await appendSegment(this.#services.storage, key, part);
      if (failure) throw failure;
      return await this.#commit(file, key, offset, segment);
    } catch (error) {
      await this.#forget(file, key, error).catch((err: unknown) =>
        this.#services.log.warn(
          { err, key },
          'a part of an upload was not taken; its import tidies it up when it ends',
        ),
      );
      throw error;
    }
  }

  /** Notes the key before anything lies under it, so that whoever tidies up finds it. */
  #reserve(id: Buffer, offset: number): Promise<Place> {
    return transaction(this.#services.database.pool, async (connection) => {
      const file = await this.#lock(connection, id);
      requireOffset(file, offset);
      const key = `imports/${file.accountId}/${uuidText(file.importId)}/${uuidText(id)}-${randomBytes(6).toString('hex')}`;
      await updateFile(connection, file, { pending: [...file.pending, key] });
      return { file, key };
    });
  }

  async #commit(file: StoredImportFile, key: string, offset: number, segment: Segment | undefined): Promise<number> {
    const received = offset + (segment?.size ?? 0);
    await transaction(this.#services.database.pool, async (connection) => {
      const now = await this.#lock(connection, file.id);
      requireOffset(now, offset);
      await updateFile(connection, now, {
        received,
        segments: segment ? [...now.segments, segment] : now.segments,
        pending: now.pending.filter((other) => other !== key),
        ...(received === now.byteSize ? { state: 'uploaded' } : {}),
      });
    });
    return received;
  }

  /**
   * What was written under the key is no part of the file, unless only the commit's answer was lost. A file that is no
   * recording has failed for good.
   */
  async #forget({ accountId, id }: StoredImportFile, key: string, error: unknown): Promise<void> {
    const { database, storage } = this.#services;
    await transaction(database.pool, async (connection) => {
      const now = await lockFile(connection, accountId, id);
      if (now?.segments.some((segment) => segment.key === key)) return;
      await storage.remove(key);
      if (!now) return;
      const isRefused = error instanceof AppError && error.code === 'not_audio' && now.state === 'uploading';
      await updateFile(connection, now, {
        pending: now.pending.filter((other) => other !== key),
        ...(isRefused ? { state: 'failed', failure: { code: error.code, message: error.message } } : {}),
      });
    });
  }

  /** A file of an open import that this person may see. The import first: so does whoever finishes it. */
  async #lock(connection: PoolConnection, id: Buffer): Promise<StoredImportFile> {
    const { accountId } = this.#session;
    const found = await selectFile(connection, accountId, id);
    if (!found) throw noSuchUpload();
    this.#requireOpen(await lockImport(connection, accountId, found.importId));
    const file = await lockFile(connection, accountId, id);
    if (!file) throw noSuchUpload();
    return file;
  }

  #requireSeen(found: StoredImport | undefined): StoredImport {
    if (!found || !maySee(this.#session, found.campaignUid.toString('hex'))) throw noSuchUpload();
    return found;
  }

  #requireOpen(found: StoredImport | undefined): void {
    const { state } = this.#requireSeen(found);
    if (state === 'open') return;
    const why = state === 'cancelled' ? 'was cancelled' : 'is finished already';
    throw new AppError('cancelled', `This import ${why}. For other files, start another import.`);
  }
}

function idOf(text: string): Buffer {
  const id = parseUuid(text);
  if (!id) throw noSuchUpload();
  return id;
}

function noSuchUpload(): AppError {
  return new AppError('not_found', 'There is no such upload. It may have been removed; drop the file again.');
}

function uploadOf({ id, byteSize, received }: StoredImportFile): Upload {
  return { id: uuidText(id), size: byteSize, offset: received };
}

/** Pieces of two files must never become one. */
function sameUpload(known: StoredImportFile, byteSize: number): Upload {
  if (known.byteSize === byteSize) return uploadOf(known);
  throw new AppError(
    'conflict',
    `${known.name} was announced under the same key with ${known.byteSize} bytes (Upload-Length), and now with ${byteSize}. Announce the changed file under a key of its own, or remove the first upload.`,
  );
}

function requireOffset({ state, received }: StoredImportFile, offset: number): void {
  if (received !== offset)
    throw new AppError(
      'item_changed',
      `There are ${received} bytes of this file, not ${offset}. Ask how many, then go on from there.`,
    );
  if (state === 'uploading') return;
  throw new AppError('cancelled', 'Nothing more is taken of this file.');
}
