/** Counts the calls that a source gives no rows for, by their reasons, and says so in one line. */
export class LeftOut {
  readonly #counts = new Map<string, number>();

  /** `reason` goes on from "calls left out": `without a recording`. */
  add(reason: string, count: number): void {
    if (count > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  /** `38 calls left out (31 without a recording; 7 filtered)`; nothing where none was. */
  notes(): string[] {
    const reasons = [...this.#counts].sort(([, a], [, b]) => b - a);
    if (reasons.length === 0) return [];
    const total = reasons.reduce((sum, [, count]) => sum + count, 0);
    const words = reasons.map(([reason, count]) => (reasons.length === 1 ? reason : `${count} ${reason}`));
    return [`${total} ${total === 1 ? 'call' : 'calls'} left out (${words.join('; ')})`];
  }
}
