const slabBytes = 256 * 1024;
/** Less room than this at a slab's end is not worth a read. */
const roomLeast = 32 * 1024;

/**
 * Memory that a connection receives into, again and again: two slabs in turn. Bytes wait in it until they are taken, and
 * what was taken last stays as it is until the next is taken. Who receives is told to stop when a slab is full; TLS may
 * still give what it has decrypted, and that goes into the other one.
 */
export class ReceiveMemory {
  readonly #slabs: [Buffer, Buffer] = [Buffer.allocUnsafeSlow(slabBytes), Buffer.allocUnsafeSlow(slabBytes)];
  #current = 0;
  #filled = 0;
  #waiting: Buffer[] = [];
  #taken: Buffer | undefined;

  /** Where the next bytes go. */
  room(): Uint8Array {
    if (this.#isFull()) {
      const next = 1 - this.#current;
      if (this.#isUsed(this.#slabs[next as 0 | 1])) return Buffer.allocUnsafeSlow(2 * roomLeast);
      this.#current = next;
      this.#filled = 0;
    }
    return this.#slabs[this.#current as 0 | 1].subarray(this.#filled);
  }

  /** Bytes arrived where there was room. Returns whether more may come. */
  arrived(bytes: Buffer): boolean {
    if (bytes.buffer === this.#slabs[this.#current as 0 | 1].buffer) this.#filled += bytes.length;
    return !this.#isFull();
  }

  /** Keeps bytes that arrived until they are taken; those that lie one behind the other as one piece. */
  keep(bytes: Buffer): void {
    const last = this.#waiting.at(-1);
    if (last && last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset)
      this.#waiting[this.#waiting.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
    else if (bytes.length > 0) this.#waiting.push(bytes);
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The next piece, good until this is called again. */
  take(): Buffer | undefined {
    this.#taken = this.#waiting.shift();
    return this.#taken;
  }

  #isFull(): boolean {
    return slabBytes - this.#filled < roomLeast;
  }

  #isUsed({ buffer }: Buffer): boolean {
    return this.#taken?.buffer === buffer || this.#waiting.some((bytes) => bytes.buffer === buffer);
  }
}
