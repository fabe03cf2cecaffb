import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { grantConversations } from '../../../db/queries/conversation-caps.ts';
import { ingressConnectorId } from '../../../db/queries/interactions.ts';
import type { Services } from '../../services.ts';
import { storeFailure } from '../store/failure.ts';
import { InteractionStore, type InteractionStoreOptions, type Rows } from '../store/interaction-store.ts';
import type { SortedRows } from '../store/sort.ts';

/** Stands where an execution's id would: what comes alone was brought by none. */
const noExecution = Buffer.alloc(16);

export interface GroupOptions {
  /** What brings the rows and counts them itself; absent where they come alone, each within the account's caps or not. */
  job?: { id: Buffer; enter: NonNullable<InteractionStoreOptions['enter']> };
  /** What else belongs to them, in the same transaction. */
  alsoWrite?: (connection: PoolConnection, sorted: SortedRows) => Promise<void>;
}

/** Stores rows that came over the API, in one transaction with what else belongs to them. */
export async function storeGroup(
  { database }: Services,
  accountId: number,
  rows: Rows,
  { job, alsoWrite }: GroupOptions = {},
): Promise<SortedRows> {
  const store = new InteractionStore(database, {
    origin: { accountId, connectorId: ingressConnectorId, sourceItemId: 0 },
    executionId: job?.id ?? noExecution,
    onExisting: 'reject',
    isBulk: false,
    ...(job
      ? { enter: job.enter }
      : { admit: (connection, count) => grantConversations(connection, accountId, count) }),
  });
  let attempts = 0;
  try {
    return await transaction(database.pool, async (connection) => {
      if (attempts++ > 0) store.expectKnown();
      const sorted = await store.write(connection, rows);
      await alsoWrite?.(connection, sorted);
      return sorted;
    });
  } catch (thrown) {
    throw storeFailure(thrown);
  }
}
