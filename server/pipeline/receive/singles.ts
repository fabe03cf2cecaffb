import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { grantConversations } from '../../../db/queries/conversation-caps.ts';
import { ingressConnectorId } from '../../../db/queries/interactions.ts';
import { AppError } from '../../../shared/error.ts';
import { Batch } from '../../batch.ts';
import type { Services } from '../../services.ts';
import { storeFailure } from '../store/failure.ts';
import { InteractionStore, type Rows } from '../store/interaction-store.ts';
import type { SortedRows } from '../store/sort.ts';
import type { Interaction } from '../validate/interaction.ts';
import { makesWork, noExecution, refusalOf, rowsOf } from './rows.ts';

/** The interaction's id, or why it was not taken. */
type Fate = Buffer | AppError;

interface Lane {
  batch: Batch<Interaction, Fate>;
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
  readonly #lanes = new Map<number, Lane>();

  constructor(services: Services, wake: () => void) {
    this.#services = services;
    this.#wake = wake;
  }

  async add(accountId: number, interaction: Interaction): Promise<Buffer> {
    const lane = this.#laneOf(accountId);
    lane.waiting += 1;
    try {
      const fate = await lane.batch.add(interaction);
      if (fate instanceof AppError) throw fate;
      return fate;
    } finally {
      lane.waiting -= 1;
      if (lane.waiting === 0) this.#lanes.delete(accountId);
    }
  }

  #laneOf(accountId: number): Lane {
    let lane = this.#lanes.get(accountId);
    if (!lane) {
      lane = { batch: new Batch((group) => this.#store(accountId, group)), waiting: 0 };
      this.#lanes.set(accountId, lane);
    }
    return lane;
  }

  /** One that the database cannot store must not fail those that came at the same time. */
  async #store(accountId: number, group: Interaction[]): Promise<Fate[]> {
    try {
      return await this.#storeTogether(accountId, group);
    } catch (thrown) {
      const failure = storeFailure(thrown);
      if (group.length === 1 || failure.code === 'database_unavailable') return group.map(() => failure);
      const fates: Fate[] = [];
      for (const interaction of group) fates.push(...(await this.#store(accountId, [interaction])));
      return fates;
    }
  }

  async #storeTogether(accountId: number, group: Interaction[]): Promise<Fate[]> {
    const received = group.map((interaction) => ({ line: 0, interaction }));
    const rows = await rowsOf(this.#services, accountId, received);
    const sorted = await storeGroup(this.#services, accountId, rows);
    if (makesWork(sorted)) this.#wake();
    const refused = new Map(sorted.refused.map((refusal) => [refusal.row, refusalOf(refusal)]));
    return rows.rows.map((row) => refused.get(row) ?? rows.buffer.idOf(row));
  }
}

/** Stores rows that came alone, in one transaction, with what else belongs to them. */
export function storeGroup(
  { database }: Services,
  accountId: number,
  rows: Rows,
  alsoWrite: (connection: PoolConnection, sorted: SortedRows) => Promise<void> = () => Promise.resolve(),
): Promise<SortedRows> {
  const store = new InteractionStore(database, {
    origin: { accountId, connectorId: ingressConnectorId, sourceItemId: 0 },
    executionId: noExecution,
    onExisting: 'reject',
    isBulk: false,
    admit: (connection, count) => grantConversations(connection, accountId, count, { stored: count }),
  });
  let attempts = 0;
  return transaction(database.pool, async (connection) => {
    if (attempts++ > 0) store.expectKnown();
    const sorted = await store.write(connection, rows);
    await alsoWrite(connection, sorted);
    return sorted;
  });
}
