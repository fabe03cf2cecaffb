/** So many may hold a permit at once; others wait in order of coming. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Resolves when there is a permit, or at once when the semaphore is opened; then gives how to release it. */
  async acquire(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#permit();
  }

  /** How to release it; undefined where none is free now. */
  tryAcquire(): (() => void) | undefined {
    if (this.#free <= 0) return undefined;
    this.#free--;
    return this.#permit();
  }

  async run<T>(act: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await act();
    } finally {
      release();
    }
  }

  /** Whoever waits goes on, and finds out by itself that there is nothing more to do. */
  open(): void {
    this.#free = Number.POSITIVE_INFINITY;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #permit(): () => void {
    let isHeld = true;
    return () => {
      if (isHeld) this.#release();
      isHeld = false;
    };
  }

  /** Goes to whoever waits longest. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
