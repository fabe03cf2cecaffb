import { addWaitingItems, type NewWaitingItem, removeWaitingItems } from '../../../db/queries/waiting-items.ts';
import { type Fenced, fencedBy } from '../../worker/fenced.ts';
import type { ExecutionRun } from '../run.ts';

/** As many as a person would read. */
const keptMost = 1_000;

/** The items that wait in one run, the first of them kept with their reasons. Its writes are fenced by the run's claim. */
export class WaitingList {
  readonly #fenced: Fenced;
  readonly #accountId: number;
  readonly #executionId: Buffer;
  #kept = 0;

  constructor({ services, work, accountId, id }: ExecutionRun) {
    this.#fenced = fencedBy(services, work);
    this.#accountId = accountId;
    this.#executionId = id;
  }

  /** Forgets what waited when the source was listed before. */
  async begin(): Promise<void> {
    this.#kept = 0;
    await this.#fenced((connection) => removeWaitingItems(connection, this.#accountId, this.#executionId));
  }

  async add(items: NewWaitingItem[]): Promise<void> {
    const kept = items.slice(0, keptMost - this.#kept);
    if (kept.length === 0) return;
    this.#kept += kept.length;
    await this.#fenced((connection) => addWaitingItems(connection, this.#accountId, this.#executionId, kept));
  }
}
