import type { ByteStream } from '../../byte-stream.ts';
import { endable } from '../http/body.ts';

/** So many may be under way at once; others wait in order of coming. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Opens a stream when it is its turn. The turn ends with the stream, however that ends. */
  async stream(open: () => Promise<ByteStream>): Promise<ByteStream> {
    await this.#take();
    try {
      return endable(
        await open(),
        once(() => this.#end()),
      );
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async #take(): Promise<void> {
    if (this.#taken < this.#most) this.#taken++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** A turn that ends goes to whoever waits longest. */
  #end(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken--;
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
