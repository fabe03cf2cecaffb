import { Refusal } from './refusal.ts';

/** What may come before its turn, in bytes: clients that write in parallel are a few requests ahead of themselves. */
const windowBytes = 4 * 1024 * 1024;

/** Pieces of a file that came before those in front of them. */
export class EarlyWrites {
  readonly #kept = new Map<number, readonly Buffer[]>();
  #bytes = 0;

  /** Throws a Refusal for what lies too far ahead, or was written already. */
  keep(offset: number, content: readonly Buffer[], position: number): void {
    if (offset < position)
      throw Refusal.failed(`Byte ${offset} was written already; a file must be written from its beginning to its end.`);
    this.#bytes += lengthOf(content);
    if (offset - position > windowBytes || this.#bytes > windowBytes || this.#kept.has(offset))
      throw Refusal.failed(
        `Byte ${offset} came while ${position} was expected; a file must be written from its beginning to its end.`,
      );
    this.#kept.set(offset, content);
  }

  /** What belongs exactly there, taken out. */
  take(position: number): readonly Buffer[] | undefined {
    const content = this.#kept.get(position);
    if (!content) return undefined;
    this.#kept.delete(position);
    this.#bytes -= lengthOf(content);
    return content;
  }

  /** Throws a Refusal where the bytes before something that came are missing. */
  requireNone(position: number): void {
    if (this.#kept.size > 0)
      throw Refusal.failed(`The file has a hole: the bytes from ${position} on never came. Send it again.`);
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}

function lengthOf(content: readonly Buffer[]): number {
  return content.reduce((sum, { length }) => sum + length, 0);
}
