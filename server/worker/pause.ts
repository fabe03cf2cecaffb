/** A wait that may be ended early. An end that comes before the wait begins counts too, so none is missed. */
export class Pause {
  readonly #longestMs: number;
  #isEnded = false;
  #resume: () => void = () => undefined;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  end(): void {
    this.#isEnded = true;
    this.#resume();
  }

  async wait(): Promise<void> {
    if (!this.#isEnded)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#longestMs);
        this.#resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#isEnded = false;
  }
}
