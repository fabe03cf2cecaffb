import { randomUUID } from 'node:crypto';
import { findInboxEntry, type InboxEntry, type StoredSegment } from '../../db/queries/inbox-files.ts';
import { clearUpload, saveUpload, updateUpload } from '../../db/queries/inbox-uploads.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import { removeSegments, sizeOfSegments } from '../storage/segments.ts';
import { complete, segmentsOnlyIn, takenOver } from './arrival.ts';
import { EarlyWrites } from './early-writes.ts';
import type { InboxLogin } from './login.ts';
import type { Quota } from './quota.ts';
import { Refusal } from './refusal.ts';
import { type OpenSegment, openSegment } from './segment-writer.ts';

/** So much is stored for good at a time: what a server that dies can lose of an upload. */
const segmentBytes = 64 * 1024 * 1024;

/**
 * A file being written by one connection. It ends in one of three ways: `close` makes it the file's content, `breakOff`
 * keeps what came so that somebody can go on later, `discard` leaves nothing.
 */
export class Upload {
  readonly #services: Services;
  readonly #login: InboxLogin;
  readonly #quota: Quota;
  readonly #token = Buffer.from(newName(), 'hex');
  readonly #early = new EarlyWrites();
  #path: string;
  /** Stored for good, in order. */
  #segments: StoredSegment[] = [];
  #segment: OpenSegment | undefined;
  /** Where the next byte goes. */
  #position = 0;
  /** What the row says of it. */
  #savedSize = 0;
  #isSaved = false;
  /** Whether there is anything that closing would make the file's content. */
  #isTouched: boolean;
  /** The first bytes of one that goes on say from where. */
  #isBegun: boolean;
  #failure: unknown;
  #modifiedAt: Date | undefined;
  /** Statements about the row, one after the other. */
  #saving: Promise<void> = Promise.resolve();
  #isEnded = false;

  private constructor(
    services: Services,
    login: InboxLogin,
    quota: Quota,
    { path, isTouched, isBegun }: { path: string; isTouched: boolean; isBegun: boolean },
  ) {
    this.#services = services;
    this.#login = login;
    this.#quota = quota;
    this.#path = path;
    this.#isTouched = isTouched;
    this.#isBegun = isBegun;
  }

  /** From the beginning. Its row is made when there is something to be seen, or with its completion. */
  static fresh(services: Services, login: InboxLogin, quota: Quota, path: string): Upload {
    return new Upload(services, login, quota, { path, isTouched: true, isBegun: true });
  }

  /** From where an upload broke off, or from the end of a file that is complete. */
  static async resumed(services: Services, login: InboxLogin, quota: Quota, entry: InboxEntry): Promise<Upload> {
    const isTouched = entry.upload !== undefined;
    const upload = new Upload(services, login, quota, { path: entry.path, isTouched, isBegun: false });
    upload.#segments = [...(entry.upload?.segments ?? entry.segments)];
    upload.#position = sizeOfSegments(upload.#segments);
    await upload.#save();
    return upload;
  }

  get path(): string {
    return this.#path;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#position;
  }

  get unsavedBytes(): number {
    return Math.max(0, this.#position - this.#savedSize);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** When the client says that its file was changed. */
  set modifiedAt(time: Date) {
    this.#modifiedAt = time;
  }

  /** Throws a Refusal; from then on the upload can only end as broken off. */
  async write(offset: number, content: readonly Buffer[], isAppending: boolean): Promise<void> {
    if (this.#failure) throw this.#failure;
    try {
      await this.#place(isAppending && offset === 0 ? this.#position : offset, content);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** The client has set the length: only what changes nothing, or empties the file, can be done. */
  async truncate(size: number): Promise<void> {
    if (size === this.#position) return;
    if (size !== 0 || this.#segment) throw Refusal.failed('A file that is being written cannot be cut or made longer.');
    this.#cutTo(0);
  }

  /** Stores for good what has come so far. */
  async checkpoint(): Promise<void> {
    try {
      await this.#endSegment();
      await this.#save();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Notes how much has come, so that people can see it. Never throws: the next time is soon. */
  showProgress(): Promise<void> {
    if (this.#isEnded || this.#failure || (this.#isSaved && this.#savedSize === this.#position)) return this.#saving;
    this.#saving = this.#saving.then(async () => {
      try {
        if (!this.#isEnded) await this.#saveNow();
      } catch (error) {
        if (error instanceof Refusal) this.#failed(error);
        else this.#services.log.warn({ err: error, path: this.#path }, 'the progress of an upload could not be noted');
      }
    });
    return this.#saving;
  }

  /** The file is complete when this resolves. Throws a Refusal and keeps what came otherwise. */
  async close(): Promise<void> {
    try {
      if (this.#failure) throw this.#failure;
      this.#early.requireNone(this.#position);
      await this.#saving;
      if (this.#failure) throw this.#failure;
      if (!this.#isTouched) return await this.#letGo();
      this.#isEnded = true;
      await this.#complete();
    } catch (error) {
      this.#isEnded = false;
      await this.breakOff();
      throw this.#failed(error);
    }
  }

  /** Keeps what came. Never throws. */
  async breakOff(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    try {
      this.#early.clear();
      await this.#endSegment();
      await this.#saving;
      if (this.#isTouched) await this.#saveNow();
      else await this.#letGo();
    } catch (error) {
      const { log } = this.#services;
      if (!(error instanceof Refusal)) log.warn({ err: error, path: this.#path }, 'a broken upload could not be kept');
      await this.#removeOwn();
    }
  }

  /** The file was removed: nothing of the upload stays. Never throws. */
  async discard(): Promise<void> {
    this.#failure ??= takenOver(this.#path);
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.#endSegment().catch(() => undefined);
    await this.#removeOwn();
  }

  /** The file has another path from now on; its row as well. */
  async moved(path: string): Promise<void> {
    await this.#saving;
    this.#path = path;
  }

  async #place(offset: number, content: readonly Buffer[]): Promise<void> {
    if (!this.#isBegun) this.#cutTo(offset);
    if (offset !== this.#position) return this.#early.keep(offset, content, this.#position);
    await this.#append(content);
    for (let next = this.#early.take(this.#position); next; next = this.#early.take(this.#position))
      await this.#append(next);
  }

  async #append(content: readonly Buffer[]): Promise<void> {
    const bytes = content.reduce((sum, { length }) => sum + length, 0);
    this.#quota.take(bytes);
    this.#segment ??= await openSegment(this.#services.storage, newKey(this.#login));
    // Counted before the storage has it: what is shown and what is stored differ by what is under way.
    this.#position += bytes;
    for (const piece of content) await this.#segment.write(piece);
    if (this.#segment.size >= segmentBytes) await this.checkpoint();
  }

  /** A client that goes on may begin before the end of what came: it says where. */
  #cutTo(offset: number): void {
    if (offset > this.#position)
      throw Refusal.failed(
        `/${this.#path} has ${this.#position} bytes so far, so it cannot be gone on from ${offset}.`,
      );
    let before = 0;
    this.#segments = this.#segments.flatMap(({ key, size }) => {
      const kept = Math.min(size, offset - before);
      before += size;
      return kept > 0 ? [{ key, size: kept }] : [];
    });
    this.#position = offset;
    this.#isTouched = true;
    this.#isBegun = true;
  }

  async #endSegment(): Promise<void> {
    const segment = this.#segment;
    this.#segment = undefined;
    const stored = await segment?.end();
    if (stored) this.#segments.push(stored);
  }

  /** The database prepares while the storage still writes the last bytes; it commits when they are there. */
  async #complete(): Promise<void> {
    const segment = this.#segment;
    const last = segment && segment.size > 0 ? [{ key: segment.key, size: segment.size }] : [];
    const file = {
      path: this.#path,
      segments: [...this.#segments, ...last],
      size: this.#position,
      modifiedAt: this.#modifiedAt ?? new Date(),
      token: this.#isSaved ? this.#token : undefined,
    };
    const left = await complete(this.#services, this.#login, file, this.#endSegment());
    this.#savedSize = this.#position;
    this.#remove(left);
  }

  #save(): Promise<void> {
    this.#inOrder(() => this.#saveNow());
    return this.#saving.then(() => {
      if (this.#failure) throw this.#failure;
    });
  }

  async #saveNow(): Promise<void> {
    const { pool } = this.#services.database;
    const size = this.#position;
    const upload = { token: this.#token, segments: this.#segments, size };
    if (!this.#isSaved) await this.#saveFirst(upload);
    else if (!(await updateUpload(pool, this.#login, this.#path, upload))) throw takenOver(this.#path);
    this.#isSaved = true;
    this.#savedSize = size;
  }

  /** A new upload ends an earlier one of the same file, also one that broke off. */
  async #saveFirst(upload: Parameters<typeof saveUpload>[3]): Promise<void> {
    const { pool } = this.#services.database;
    const entry = await findInboxEntry(pool, this.#login, this.#path);
    if (entry?.isFolder) throw Refusal.failed(`/${this.#path} is a folder.`);
    await saveUpload(pool, this.#login, this.#path, upload);
    if (entry) this.#remove(segmentsOnlyIn({ ...entry, segments: [] }, [...entry.segments, ...upload.segments]));
  }

  /** Nothing was written: the row is as if nobody had opened the file. */
  async #letGo(): Promise<void> {
    this.#isEnded = true;
    if (this.#isSaved) await clearUpload(this.#services.database.pool, this.#login, this.#path, this.#token);
  }

  #inOrder(statement: () => Promise<void>): void {
    this.#saving = this.#saving.then(async () => {
      try {
        if (!this.#failure) await statement();
      } catch (error) {
        this.#failed(error);
      }
    });
  }

  #failed(error: unknown): unknown {
    if (!(error instanceof Refusal)) this.#services.log.warn({ err: error, path: this.#path }, 'an upload failed');
    const told = error instanceof AppError ? error.message : 'Something went wrong on the server; try again.';
    this.#failure ??= error instanceof Refusal ? error : Refusal.failed(told);
    return this.#failure;
  }

  /** What stands in no row is of no use to anybody. */
  async #removeOwn(): Promise<void> {
    const { database, log } = this.#services;
    try {
      const entry = await findInboxEntry(database.pool, this.#login, this.#path);
      const used = new Set([...(entry?.segments ?? []), ...(entry?.upload?.segments ?? [])].map(({ key }) => key));
      this.#remove(this.#segments.filter(({ key }) => !used.has(key)));
    } catch (error) {
      // Rather too much is kept than what somebody's row speaks of removed.
      log.warn({ err: error, path: this.#path }, 'what was left of an upload could not be looked at');
    }
  }

  #remove(segments: readonly StoredSegment[]): void {
    this.#quota.giveBack(sizeOfSegments(segments));
    removeSegments(this.#services.storage, segments).catch((error: unknown) =>
      this.#services.log.warn({ err: error }, 'parts of an inbox file that are of no use could not be removed'),
    );
  }
}

function newKey({ accountId, connectorId }: InboxLogin): string {
  const name = newName();
  return `inbox/${accountId}/${connectorId}/${name.slice(0, 2)}/${name}`;
}

/** 16 bytes in hex. Node keeps random bytes for its UUIDs in stock; asking the system for each would cost a file's worth. */
function newName(): string {
  return randomUUID().replaceAll('-', '');
}
