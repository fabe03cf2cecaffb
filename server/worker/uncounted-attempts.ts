import type { Pool } from 'mysql2/promise';
import { uncountAttempts } from '../../db/queries/workers.ts';

const uncountedMost = 5;
const rememberedMost = 10_000;

/**
 * Attempts that came to nothing because the database or the lease was lost, while this program went on: they are taken back
 * from what is counted against the work as soon as the database answers. Some for each piece alone: what blocks its thread
 * loses its lease by itself, every time.
 */
export class UncountedAttempts {
  readonly #uncounted = new Map<number, number>();
  readonly #waiting: number[] = [];

  add(id: number): void {
    const times = this.#uncounted.get(id) ?? 0;
    if (times >= uncountedMost) return;
    if (this.#uncounted.size >= rememberedMost) this.#uncounted.clear();
    this.#uncounted.set(id, times + 1);
    this.#waiting.push(id);
  }

  /** Throws what the database throws; what could not be written stays for the next time. */
  async write(pool: Pool): Promise<void> {
    // Others may come while these are being written.
    const ids = [...this.#waiting];
    if (ids.length === 0) return;
    await uncountAttempts(pool, ids);
    this.#waiting.splice(0, ids.length);
  }
}
