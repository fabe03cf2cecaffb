import { chunkBytes, chunkPosition } from './sealed.ts';
import type { StoredObject } from './storage.ts';
import type { ChunkOrder, Order, Reply } from './writer-order.ts';

/** What a file needs of the thread that writes it. */
export interface WriterChannel {
  takeSlot(): number | Promise<number>;
  giveSlot(slot: number): void;
  memoryOf(slot: number): Uint8Array;
  post(order: Order): void;
  ended(): void;
}

/** One file on its way through the writer: `write` its content, then `end` it; `abandon` it when anything fails. */
export class SealedFile {
  readonly #id: number;
  readonly #begin: NonNullable<ChunkOrder['begin']>;
  readonly #channel: WriterChannel;
  /** The chunk being filled. */
  #slot: number | undefined;
  #memory: Uint8Array = new Uint8Array(0);
  #length = 0;
  #isBegun = false;
  #chunksWritten = 0;
  #isDead = false;
  #failure: Error | undefined;
  #stored: { resolve: (stored: StoredObject) => void; reject: (error: Error) => void } | undefined;
  #abandoned: (() => void) | undefined;

  constructor(id: number, begin: NonNullable<ChunkOrder['begin']>, channel: WriterChannel) {
    this.#id = id;
    this.#begin = begin;
    this.#channel = channel;
  }

  /** So many bytes of its sealed form are in the file and stay as they are: whole chunks, but not the last. */
  get writtenBytes(): number {
    return this.#chunksWritten === 0 ? 0 : chunkPosition(this.#chunksWritten);
  }

  /**
   * Takes a copy of the bytes; waits while too much is under way. Throws what made an earlier chunk fail. A full chunk
   * goes at once, so that a slow source that hands out whole chunks holds no slot between them.
   */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#slot === undefined) await this.#takeSlot();
      if (this.#failure) throw this.#failure;
      const length = Math.min(chunkBytes - this.#length, bytes.length - at);
      this.#memory.set(bytes.subarray(at, at + length), this.#length);
      this.#length += length;
      at += length;
      if (this.#length === chunkBytes) this.#post(false);
    }
  }

  /** The file is complete and in its place when this resolves. Its last chunk is empty where the others were full. */
  async end(): Promise<StoredObject> {
    if (this.#slot === undefined) await this.#takeSlot();
    if (this.#failure) throw this.#failure;
    const stored = new Promise<StoredObject>((resolve, reject) => {
      this.#stored = { resolve, reject };
    });
    this.#post(true);
    return await stored;
  }

  /** Nothing of the file is left when this resolves, unless the thread itself has died. */
  async abandon(): Promise<void> {
    if (this.#slot !== undefined) this.#channel.giveSlot(this.#slot);
    this.#slot = undefined;
    if (this.#isBegun && !this.#isDead)
      await new Promise<void>((resolve) => {
        this.#abandoned = resolve;
        this.#channel.post({ id: this.#id, abandon: true });
      });
    this.#channel.ended();
  }

  hear({ slot, stored, failure }: Reply): void {
    if (failure) this.#failed(Object.assign(new Error(failure.message), failure));
    else if (stored) {
      this.#channel.ended();
      this.#stored?.resolve(stored);
    } else if (slot === undefined) this.#abandoned?.();
    else this.#chunksWritten++;
  }

  /** The thread has died. */
  fail(error: Error): void {
    this.#isDead = true;
    this.#failed(error);
    this.#abandoned?.();
  }

  #failed(error: Error): void {
    this.#failure ??= error;
    this.#stored?.reject(error);
  }

  async #takeSlot(): Promise<void> {
    const slot = await this.#channel.takeSlot();
    this.#slot = slot;
    this.#memory = this.#channel.memoryOf(slot);
    this.#length = 0;
  }

  #post(isLast: boolean): void {
    const slot = this.#slot ?? 0;
    const begin = this.#isBegun ? {} : { begin: this.#begin };
    this.#isBegun = true;
    this.#slot = undefined;
    this.#channel.post({ id: this.#id, ...begin, slot, length: this.#length, isLast });
    this.#length = 0;
  }
}
