import type { PoolConnection } from 'mysql2/promise';
import { addWebhooks, type NewWebhook, webhookAccount } from '../../db/queries/webhooks.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { type WebhookData, type WebhookEvent, webhookDataSchemas } from './schemas.ts';

export type { WebhookEvent } from './schemas.ts';

/** The contract's events. */
export const webhookEvents = Object.keys(webhookDataSchemas) as WebhookEvent[];

/** One thing that happened, and where its account wants to hear of it. */
export type Announcement = {
  [Event in WebhookEvent]: {
    event: Event;
    callbackUrl: string;
    /** Made from what happened, where the same may be announced twice; else a new one. */
    deliveryId?: Buffer;
    interaction?: { id: Buffer; externalId: string };
    data: WebhookData[Event];
  };
}[WebhookEvent];

/**
 * Puts announcements into the outbox, in the transaction of the change. Accounts whose webhooks are off announce
 * nothing.
 */
export async function announce(connection: PoolConnection, accountId: number, list: Announcement[]): Promise<void> {
  if (list.length === 0) return;
  const account = await webhookAccount(connection, accountId);
  if (!account?.enabled) return;
  const accountUid = uuidText(account.uid);
  await addWebhooks(
    connection,
    accountId,
    list.map((announcement) => webhookOf(announcement, accountUid)),
  );
}

function webhookOf(
  { event, callbackUrl, deliveryId: id = newId(), interaction, data }: Announcement,
  accountId: string,
): NewWebhook {
  const payload = {
    event,
    deliveryId: uuidText(id),
    timestamp: new Date().toISOString(),
    accountId,
    ...(interaction ? { interactionId: uuidText(interaction.id), externalInteractionId: interaction.externalId } : {}),
    data,
  };
  return {
    id,
    event,
    url: callbackUrl,
    ...(interaction ? { interactionId: interaction.id, externalId: interaction.externalId } : {}),
    payload: JSON.stringify(payload),
  };
}
