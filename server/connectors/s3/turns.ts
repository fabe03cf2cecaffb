/** So many at a time, in the order in which they asked. */
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

  /** Whoever waits goes on, and finds out by itself that there is nothing more to do. */
  end(): void {
    this.#free = Number.POSITIVE_INFINITY;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
