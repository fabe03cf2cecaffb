import type { Pool, RowDataPacket } from 'mysql2/promise';
import { type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import { ingressConnectorId } from './interactions.ts';

export interface StoredInteraction {
  id: Buffer;
  status: InteractionStatus;
  /** 0 for what came over the API. */
  connectorId: number;
  sourceItemId: number;
  createdAt: Date;
}

/** The account's interaction of that external id. */
export async function findByExternalId(
  pool: Pool,
  accountId: number,
  externalId: string,
): Promise<StoredInteraction | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, status, connector_id, source_item_id, created_at FROM interaction WHERE account_id = ? AND external_id = ?',
    [accountId, Buffer.from(externalId)],
  );
  const [row] = rows;
  const status = row && interactionStatuses[row.status];
  if (!row || !status) return undefined;
  const { id, connector_id: connectorId, source_item_id: sourceItemId, created_at: createdAt } = row;
  return { id, status, connectorId, sourceItemId, createdAt };
}

/** What came over the API under this external id, not before `since`. */
export async function findReceived(
  pool: Pool,
  accountId: number,
  externalId: string,
  since: Date,
): Promise<StoredInteraction | undefined> {
  const found = await findByExternalId(pool, accountId, externalId);
  return found?.connectorId === ingressConnectorId && found.createdAt >= since ? found : undefined;
}
