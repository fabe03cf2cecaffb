import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { addWork } from './work.ts';

export const deliveryStates = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One call to a customer's server. */
export interface DeliveryAttempt {
  /** ISO instant. */
  at: string;
  duration_ms: number;
  /** HTTP status; absent where there was no answer. */
  status?: number;
  /** The answer's first 2 KB. */
  body?: string;
  /** Why this attempt did not do, in words. */
  error?: string;
}

/** What a customer's server is to be told. */
export interface NewWebhook {
  /** UUIDv7; the delivery's id on the wire. One that is there already is not added again. */
  id: Buffer;
  event: string;
  url: string;
  interactionId?: Buffer;
  externalId?: string;
  /** The body as it is sent, JSON. */
  payload: string;
  /** Signs it in the place of the account's newest API key; sealed. */
  sealedSecret?: string;
}

/**
 * Puts webhooks into the outbox, in the transaction of the change that they tell of, so that neither is there without
 * the other.
 */
export async function addWebhooks(connection: PoolConnection, accountId: number, list: NewWebhook[]): Promise<void> {
  if (list.length === 0) return;
  await connection.query(
    'INSERT INTO webhook_delivery (id, account_id, event, url, interaction_id, external_id, payload, sealed_secret, history) VALUES ? ON DUPLICATE KEY UPDATE id = id',
    [
      list.map(({ id, event, url, interactionId = null, externalId = null, payload, sealedSecret = null }) => [
        id,
        accountId,
        event,
        url,
        interactionId,
        externalId,
        payload,
        sealedSecret,
        '[]',
      ]),
    ],
  );
  await addWebhookWork(
    connection,
    accountId,
    list.map(({ id }) => id),
  );
}

export async function addWebhookWork(connection: PoolConnection, accountId: number, ids: Buffer[]): Promise<void> {
  await addWork(
    connection,
    ids.map((subject) => ({ kind: 'webhook' as const, accountId, subject })),
  );
}

/** Whether the account's webhooks are switched on, and how the account is named to customers. */
export async function webhookAccount(
  connection: PoolConnection,
  accountId: number,
): Promise<{ uid: Buffer; enabled: boolean } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT uid, webhooks_enabled FROM account WHERE id = ?', [
    accountId,
  ]);
  return rows[0] && { uid: rows[0].uid, enabled: rows[0].webhooks_enabled === 1 };
}

/** What was announced of an interaction under this event. */
export async function findAnnounced(
  connection: PoolConnection,
  interactionId: Buffer,
  event: string,
): Promise<Buffer[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id FROM webhook_delivery WHERE interaction_id = ? AND event = ?',
    [interactionId, event],
  );
  return rows.map((row) => row.id);
}
