/**
 * Reads a byte stream piece by piece without holding more than the piece at hand.
 * While `recording`, what was read is kept too, so that another reader can have the stream from its beginning.
 */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #record: Uint8Array[] | null = [];
  #recorded = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#source = stream[Symbol.asyncIterator]();
  }

  /** How many bytes the record holds: the caller bounds it. */
  get recordedLength(): number {
    return this.#recorded;
  }

  /** Looks ahead: up to `length` bytes, fewer only at the end of the stream. They stay to be read. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length) {
      const next = await this.#next();
      if (!next) break;
      this.#rest = joined([this.#rest, next]);
    }
    return this.#rest.subarray(0, length);
  }

  /** Takes up to `length` bytes, fewer only at the end of the stream. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = await this.peek(length);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** Passes over `length` bytes and says how many there were. */
  async skip(length: number): Promise<number> {
    let left = length;
    while (left > 0) {
      const bytes = await this.read(Math.min(left, 65536));
      if (bytes.length === 0) break;
      left -= bytes.length;
    }
    return length - left;
  }

  /** What is left of the stream, at most `limit` bytes. Ends the record, and with its end closes the source. */
  async *chunks(limit = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
    this.#record = null;
    let left = limit;
    try {
      while (left > 0) {
        const bytes = this.#rest.length > 0 ? this.#rest : await this.#next();
        if (!bytes) return;
        const part = bytes.subarray(0, Math.min(left, bytes.length));
        this.#rest = bytes.subarray(part.length);
        left -= part.length;
        if (part.length > 0) yield part;
      }
    } finally {
      await this.close();
    }
  }

  /** The stream from its beginning: the record, then the rest. Ends the record. */
  async *replay(): AsyncGenerator<Uint8Array> {
    const record = this.#record ?? [];
    this.#record = null;
    this.#rest = new Uint8Array(0);
    yield* record;
    yield* this.chunks();
  }

  /** Lets the source know that nobody will read on (a file is closed, a download ended). */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #next(): Promise<Uint8Array | null> {
    const { done, value } = await this.#source.next();
    if (done) return null;
    if (this.#record) {
      this.#record.push(value);
      this.#recorded += value.length;
    }
    return value;
  }
}

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
