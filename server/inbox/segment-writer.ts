import type { Segment } from '../storage/segments.ts';
import { appendSegment } from '../storage/segments.ts';
import type { DirectWriter, Storage } from '../storage/storage.ts';

/** Bytes that may wait for the storage before the sender has to. */
const queuedBytes = 1024 * 1024;

/** A segment on its way into the storage, fed piece by piece. */
export interface OpenSegment {
  readonly key: string;
  /** Bytes taken. */
  readonly size: number;
  /** The piece must stay as it is. Waits while much is under way; throws what made the storage fail. */
  write(piece: Buffer): Promise<void>;
  /** Everything written is stored when this resolves; undefined where nothing was. */
  end(): Promise<Segment | undefined>;
}

/** Stored the quick way where there is one: on two cores a thread of its own costs more than it brings. */
export async function openSegment(storage: Storage, key: string): Promise<OpenSegment> {
  const direct = await storage.direct?.(key);
  return direct ? new DirectSegment(direct, key) : new StreamedSegment(storage, key);
}

class DirectSegment implements OpenSegment {
  readonly key: string;
  readonly #file: DirectWriter;
  size = 0;

  constructor(file: DirectWriter, key: string) {
    this.key = key;
    this.#file = file;
  }

  async write(piece: Buffer): Promise<void> {
    this.size += piece.length;
    this.#tried(() => this.#file.write(piece));
  }

  async end(): Promise<Segment | undefined> {
    this.#tried(() => (this.size > 0 ? this.#file.end() : this.#file.abandon()));
    return this.size > 0 ? { key: this.key, size: this.size } : undefined;
  }

  #tried(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#file.abandon();
      throw error;
    }
  }
}

class StreamedSegment implements OpenSegment {
  readonly #stored: Promise<Segment | undefined>;
  readonly #queue: Buffer[] = [];
  #waitingBytes = 0;
  #isEnded = false;
  #failure: { error: unknown } | undefined;
  #wakeStorage: (() => void) | undefined;
  #wakeSender: (() => void) | undefined;
  readonly key: string;
  size = 0;

  constructor(storage: Storage, key: string) {
    this.key = key;
    this.#stored = appendSegment(storage, key, this.#pieces()).then(({ segment }) => segment);
    this.#stored.catch((error: unknown) => {
      this.#failure = { error };
      this.#wakeSender?.();
    });
  }

  async write(piece: Buffer): Promise<void> {
    while (this.#waitingBytes > queuedBytes && !this.#failure) await this.#room();
    if (this.#failure) throw this.#failure.error;
    this.#queue.push(piece);
    this.#waitingBytes += piece.length;
    this.size += piece.length;
    this.#wakeStorage?.();
  }

  end(): Promise<Segment | undefined> {
    this.#isEnded = true;
    this.#wakeStorage?.();
    return this.#stored;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeSender = resolve;
    });
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece) {
        yield piece;
        this.#waitingBytes -= piece.length;
        this.#wakeSender?.();
      } else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wakeStorage = resolve;
        });
    }
  }
}
