import type { Pool, RowDataPacket } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';
import { transaction } from '../database.ts';
import { uuidText } from '../uuid.ts';
import { addWebhookWork, type DeliveryAttempt, type DeliveryState } from './webhooks.ts';

/** A webhook as the console lists it. Times are ISO instants. */
export interface WebhookRow {
  uid: string;
  event: string;
  url: string;
  state: DeliveryState;
  /** Since it was announced or last sent again. */
  attempts: number;
  created_at: string;
  ended_at: string | null;
  /** What the last attempt was answered; null where there was no answer. */
  last_status: number | null;
  /** Why the last attempt did not do, in words. */
  last_error: string | null;
  interaction_id: string | null;
  external_id: string | null;
}

export interface WebhookDetail extends WebhookRow {
  /** The body as it is sent, JSON. */
  payload: string;
  /** Oldest first. */
  history: DeliveryAttempt[];
}

export interface WebhookFilter {
  state?: DeliveryState | undefined;
  /** Ids grow with time: those below this one. */
  before?: Buffer | undefined;
  limit: number;
}

const columns = 'id, event, url, state, attempts, created_at, ended_at, interaction_id, external_id, history' as const;

/** The account's webhooks, newest first. */
export async function findWebhooks(
  pool: Pool,
  accountId: number,
  { state, before, limit }: WebhookFilter,
): Promise<WebhookRow[]> {
  const conditions = ['account_id = ?', ...(state ? ['state = ?'] : []), ...(before ? ['id < ?'] : [])];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns} FROM webhook_delivery WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`,
    [accountId, ...(state ? [state] : []), ...(before ? [before] : []), limit],
  );
  return rows.map((row) => rowOf(row, historyOf(row)));
}

/** Throws `not_found`. */
export async function requireWebhook(pool: Pool, accountId: number, id: Buffer): Promise<WebhookDetail> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns}, payload FROM webhook_delivery WHERE id = ? AND account_id = ?`,
    [id, accountId],
  );
  const row = rows[0];
  if (!row) throw noSuchWebhook();
  const history = historyOf(row);
  return { ...rowOf(row, history), payload: row.payload, history };
}

/**
 * Puts a webhook that was delivered or failed back into the outbox, with the same id and its attempts counted anew. What
 * was tried before stays in its history. Throws `not_found`, `conflict` while it is still being sent, and `conflict`
 * where the account's webhooks are off.
 */
export function resendWebhook(pool: Pool, accountId: number, id: Buffer): Promise<void> {
  return transaction(pool, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT w.state, a.webhooks_enabled FROM webhook_delivery w JOIN account a ON a.id = w.account_id
        WHERE w.id = ? AND w.account_id = ? FOR UPDATE`,
      [id, accountId],
    );
    const row = rows[0];
    if (!row) throw noSuchWebhook();
    if (row.state === 'pending')
      throw new AppError('conflict', 'This webhook is still being sent. Wait until it is delivered or has failed.');
    if (row.webhooks_enabled !== 1)
      throw new AppError('conflict', 'Webhooks are switched off for this account, so nothing is sent again.');
    await connection.query(
      "UPDATE webhook_delivery SET state = 'pending', attempts = 0, ended_at = NULL WHERE id = ?",
      [id],
    );
    await addWebhookWork(connection, accountId, [id]);
  });
}

function noSuchWebhook(): AppError {
  return new AppError('not_found', 'There is no such webhook. Those older than 30 days are removed.');
}

function historyOf(row: RowDataPacket): DeliveryAttempt[] {
  return JSON.parse(row.history) as DeliveryAttempt[];
}

function rowOf(row: RowDataPacket, history: DeliveryAttempt[]): WebhookRow {
  const last = history.at(-1);
  return {
    uid: uuidText(row.id),
    event: row.event,
    url: row.url,
    state: row.state,
    attempts: row.attempts,
    created_at: row.created_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    last_status: last?.status ?? null,
    last_error: last?.error ?? null,
    interaction_id: row.interaction_id ? uuidText(row.interaction_id) : null,
    external_id: row.external_id?.toString('utf8') ?? null,
  };
}
