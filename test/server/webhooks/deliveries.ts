import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { type Delivery, findDeliveries } from '../../../db/queries/webhook-sending.ts';
import { claimWork, type Work } from '../../../db/queries/work.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import { announce } from '../../../server/webhooks/announce.ts';
import { type WebhookData, type WebhookEvent, webhookSchemas } from '../../../server/webhooks/schemas.ts';

/** Announces that an interaction came, as its store step does, and gives the delivery's id. */
export async function announced(services: Services, accountId: number, callbackUrl: string): Promise<Buffer> {
  const deliveryId = newId();
  await transaction(services.database.pool, (connection) =>
    announce(connection, accountId, [
      {
        event: 'INTERACTION_INGESTED',
        callbackUrl,
        deliveryId,
        interaction: { id: newId(), externalId: 'CALL-ä' },
        data: { status: 'INGESTED' },
      },
    ]),
  );
  return deliveryId;
}

export async function deliveryOf(services: Services, accountId: number, id: Buffer): Promise<Delivery> {
  const [delivery] = await findDeliveries(services.database.pool, [{ accountId, subject: id }]);
  if (!delivery) throw new Error('the delivery is gone');
  return delivery;
}

/** Takes the delivery's work as a worker would, also where it is not due yet. */
export async function claimedWebhook(services: Services, id: Buffer): Promise<Work> {
  const { pool } = services.database;
  await pool.query("UPDATE work SET run_after = NOW(3) WHERE kind = 'webhook' AND subject = ?", [id]);
  const works = await claimWork(pool, 'webhook', { limit: 100, leaseSeconds: 30 });
  const work = works.find(({ subject }) => subject.equals(id));
  if (!work) throw new Error('there is no such work');
  return work;
}

export interface Sent {
  id: Buffer;
  event: WebhookEvent;
  url: string;
  data: Partial<
    WebhookData['INTERACTION_ANALYSIS_IN_PROGRESS'] &
      WebhookData['INTERACTION_ANALYSIS_COMPLETED'] &
      WebhookData['INTERACTION_ANALYSIS_FAILED']
  >;
}

/** What was announced in an account, in the order of the deliveries; each payload is checked against its schema. */
export async function sentIn(services: Services, accountId: number): Promise<Sent[]> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    'SELECT id, event, url, payload FROM webhook_delivery WHERE account_id = ? ORDER BY id',
    [accountId],
  );
  return rows.map((row) => {
    const event: WebhookEvent = row.event;
    return {
      id: row.id,
      event,
      url: row.url,
      data: webhookSchemas[event].parse(JSON.parse(row.payload)).data as Sent['data'],
    };
  });
}
