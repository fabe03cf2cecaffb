import { AppError } from '../../../shared/error.ts';
import { CallGroup } from '../../call-group.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import type { Services } from '../../services.ts';
import { storeFailure } from '../store/failure.ts';
import { makesWork, refusalOf, rowsOf } from './rows.ts';
import { storeGroup } from './store-group.ts';

/** The interaction's id, or why it was not taken. */
type Outcome = Buffer | AppError;

/** An account's interactions that wait or are being stored. */
interface Queue {
  group: CallGroup<Interaction, Outcome>;
  waiting: number;
}

/**
 * Interactions that come one by one, committed in groups: what comes while an account's group is being stored is the
 * next group. Each is answered after its commit, so a commit's wait for the disk is shared and nothing is answered early.
 */
export class Singles {
  readonly #services: Services;
  readonly #wake: () => void;
  /** By account; only those that have something to do. */
  readonly #queues = new Map<number, Queue>();

  constructor(services: Services, wake: () => void) {
    this.#services = services;
    this.#wake = wake;
  }

  async add(accountId: number, interaction: Interaction): Promise<Buffer> {
    const queue = this.#queueOf(accountId);
    queue.waiting += 1;
    try {
      const outcome = await queue.group.add(interaction);
      if (outcome instanceof AppError) throw outcome;
      return outcome;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(accountId);
    }
  }

  #queueOf(accountId: number): Queue {
    let queue = this.#queues.get(accountId);
    if (!queue) {
      queue = { group: new CallGroup((list: Interaction[]) => this.#store(accountId, list)), waiting: 0 };
      this.#queues.set(accountId, queue);
    }
    return queue;
  }

  /** One that the database cannot store must not fail those that came at the same time. */
  async #store(accountId: number, group: Interaction[]): Promise<Outcome[]> {
    try {
      return await this.#storeTogether(accountId, group);
    } catch (thrown) {
      const failure = storeFailure(thrown);
      if (group.length === 1 || failure.kind === 'transient') return group.map(() => failure);
      const outcomes: Outcome[] = [];
      for (const interaction of group) outcomes.push(...(await this.#store(accountId, [interaction])));
      return outcomes;
    }
  }

  async #storeTogether(accountId: number, group: Interaction[]): Promise<Outcome[]> {
    const received = group.map((interaction) => ({ line: 0, interaction }));
    const rows = await rowsOf(this.#services, accountId, received);
    const sorted = await storeGroup(this.#services, accountId, rows);
    if (makesWork(sorted)) this.#wake();
    const refused = new Map(sorted.refused.map((refusal) => [refusal.row, refusalOf(refusal)]));
    return rows.rows.map((row) => refused.get(row) ?? rows.buffer.idOf(row));
  }
}
