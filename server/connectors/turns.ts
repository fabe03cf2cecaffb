import type { ByteStream } from '../byte-stream.ts';
import { endable } from './http/body.ts';

/** So many may be under way at once; others wait in order of coming. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** Resolves when it is the caller's turn, or at once when everything ends; then gives how to end the turn. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isTaken = true;
    return () => {
      if (isTaken) this.#give();
      isTaken = false;
    };
  }

  /** Opens a stream when it is its turn. The turn ends with the stream, however that ends. */
  async stream(open: () => Promise<ByteStream>): Promise<ByteStream> {
    const endTurn = await this.take();
    try {
      return endable(await open(), endTurn);
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** Whoever waits goes on, and finds out by itself that there is nothing more to do. */
  end(): void {
    this.#free = Number.POSITIVE_INFINITY;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** A turn that ends goes to whoever waits longest. */
  #give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
