/** Memory that several hold parts of for a short time. Whoever asks first has it first. */
export class ByteBudget {
  #free: number;
  readonly #most: number;
  readonly #waiting: { bytes: number; go: () => void }[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#free = most;
  }

  /** Resolves when there is room; `use` has it until it ends. One that asks for more than all has all. */
  async hold<T>(bytes: number, use: () => Promise<T>): Promise<T> {
    const wanted = Math.min(bytes, this.#most);
    if (this.#waiting.length > 0 || wanted > this.#free)
      await new Promise<void>((go) => this.#waiting.push({ bytes: wanted, go }));
    else this.#free -= wanted;
    try {
      return await use();
    } finally {
      this.#free += wanted;
      this.#next();
    }
  }

  #next(): void {
    for (let first = this.#waiting[0]; first && first.bytes <= this.#free; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= first.bytes;
      first.go();
    }
  }
}
