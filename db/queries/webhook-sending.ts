import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { transaction } from '../database.ts';
import { removeInPieces } from './remove-in-pieces.ts';
import type { DeliveryAttempt, DeliveryState } from './webhooks.ts';
import { settleWork, type Work } from './work.ts';

/** A webhook as its sending needs it. */
export interface Delivery {
  id: Buffer;
  accountId: number;
  event: string;
  url: string;
  /** The body as it is sent and signed. */
  payload: string;
  state: DeliveryState;
  /** Calls whose outcome was written since it was announced or last sent again. */
  attempts: number;
  history: DeliveryAttempt[];
  /** Signs it in the place of the account's newest API key. */
  sealedSecret: string | null;
  /** Whether the account's webhooks are on now. */
  isEnabled: boolean;
}

/** For each piece of work its webhook, in the same order; undefined where it was removed. */
export async function findDeliveries(
  pool: Pool,
  list: Pick<Work, 'accountId' | 'subject'>[],
): Promise<(Delivery | undefined)[]> {
  if (list.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT w.id, w.account_id, w.event, w.url, w.payload, w.sealed_secret, w.state, w.attempts, w.history, a.webhooks_enabled
       FROM webhook_delivery w JOIN account a ON a.id = w.account_id WHERE w.id IN (?)`,
    [list.map(({ subject }) => subject)],
  );
  const found = new Map(rows.map((row) => [`${row.account_id} ${row.id.toString('hex')}`, deliveryOf(row)]));
  return list.map(({ accountId, subject }) => found.get(`${accountId} ${subject.toString('hex')}`));
}

function deliveryOf(row: RowDataPacket): Delivery {
  const { id, account_id: accountId, event, url, payload, state, attempts } = row;
  const history = JSON.parse(row.history) as DeliveryAttempt[];
  const isEnabled = row.webhooks_enabled === 1;
  return { id, accountId, event, url, payload, sealedSecret: row.sealed_secret, state, attempts, history, isEnabled };
}

/** Writes how it stands, in the transaction that settles or postpones its work. */
export async function saveDelivery(
  connection: PoolConnection,
  { id, accountId, state, attempts, history }: Pick<Delivery, 'id' | 'accountId' | 'state' | 'attempts' | 'history'>,
): Promise<void> {
  await connection.query(
    `UPDATE webhook_delivery SET state = ?, attempts = ?, history = ?, ended_at = IF(? = 'pending', NULL, NOW(3))
      WHERE id = ? AND account_id = ?`,
    [state, attempts, JSON.stringify(history), state, id, accountId],
  );
}

/**
 * Ends work for which there is nothing to send: the webhook was removed, or is delivered or failed already. False: it is
 * to be sent after all, because somebody has just asked for that, or the work is another's now.
 */
export function settleUnneeded(pool: Pool, work: Work): Promise<boolean> {
  return transaction(pool, async (connection) => {
    // The row first, as sending again takes it: whoever asks for that now waits, and then makes new work.
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT state FROM webhook_delivery WHERE id = ? AND account_id = ? FOR UPDATE',
      [work.subject, work.accountId],
    );
    return rows[0]?.state !== 'pending' && (await settleWork(connection, work));
  });
}

const keptDays = 30;

/** Removes webhooks that ended and are older than 30 days; gives how many there were. */
export function removeOldWebhooks(pool: Pool): Promise<number> {
  return removeInPieces(
    pool,
    "DELETE FROM webhook_delivery WHERE created_at < NOW(3) - INTERVAL ? DAY AND state <> 'pending' ORDER BY created_at",
    [keptDays],
  );
}
