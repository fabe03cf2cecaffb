import type { InboxEntry } from '../../db/queries/inbox-files.ts';
import { readSegments } from '../storage/segments.ts';
import type { Storage } from '../storage/storage.ts';
import { longestTransferBytes } from './protocol/constants.ts';
import type { ToldEntry } from './protocol/replies.ts';
import { toldOf } from './tree.ts';

/** A complete file being read. Reading in order goes through its content once; another place begins anew there. */
export class Download {
  readonly #storage: Storage;
  readonly #entry: InboxEntry;
  #pieces: AsyncGenerator<Uint8Array> | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(storage: Storage, entry: InboxEntry) {
    this.#storage = storage;
    this.#entry = entry;
  }

  get told(): ToldEntry {
    return toldOf({ ...this.#entry, upload: undefined });
  }

  /** Undefined at the end of the file. */
  async read(offset: number, length: number): Promise<Buffer | undefined> {
    const wanted = Math.min(length, longestTransferBytes, this.#entry.size - offset);
    if (wanted <= 0) return undefined;
    if (!this.#pieces || offset !== this.#position) await this.#begin(offset);
    const content = Buffer.allocUnsafe(wanted);
    for (let filled = 0; filled < wanted; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const part = this.#rest.subarray(0, wanted - filled);
      content.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#position = offset + wanted;
    return content;
  }

  async close(): Promise<void> {
    await this.#pieces?.return(undefined);
    this.#pieces = undefined;
  }

  async #begin(offset: number): Promise<void> {
    await this.close();
    this.#pieces = readSegments(this.#storage, this.#entry.segments, offset);
    this.#rest = new Uint8Array(0);
  }

  async #next(): Promise<Uint8Array> {
    const { value, done } = (await this.#pieces?.next()) ?? {};
    if (done || value === undefined) throw new Error('a file of an inbox ended before its size');
    return value;
  }
}
