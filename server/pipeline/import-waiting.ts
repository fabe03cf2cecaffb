import type { Pool } from 'mysql2/promise';
import { addWaitingItems, type NewWaitingItem, removeWaitingItems } from '../../db/queries/waiting-items.ts';

/** As many as a person would read. */
const keptMost = 1_000;

/** The items that wait in one run, the first of them kept with their reasons. */
export class WaitingList {
  readonly #pool: Pool;
  readonly #accountId: number;
  readonly #executionId: Buffer;
  #kept = 0;

  constructor(pool: Pool, accountId: number, executionId: Buffer) {
    this.#pool = pool;
    this.#accountId = accountId;
    this.#executionId = executionId;
  }

  /** Forgets what waited when the source was listed before. */
  async begin(): Promise<void> {
    this.#kept = 0;
    await removeWaitingItems(this.#pool, this.#accountId, this.#executionId);
  }

  async add(items: NewWaitingItem[]): Promise<void> {
    const kept = items.slice(0, keptMost - this.#kept);
    this.#kept += kept.length;
    await addWaitingItems(this.#pool, this.#accountId, this.#executionId, kept);
  }
}
