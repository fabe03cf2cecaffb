import type { PoolConnection } from 'mysql2/promise';
import { addWebhooks, type NewWebhook } from '../../db/queries/webhooks.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import type { AlertSettings } from '../../shared/alert.ts';
import type { AlertFacts } from './facts.ts';
import { linkOf } from './links.ts';

type Webhook = NonNullable<AlertSettings['webhook']>;

/** Puts it into the outbox of webhooks, which signs, sends and tries again. `webhook`: as stored, its secret sealed. */
export async function addAlertWebhook(
  connection: PoolConnection,
  accountId: number,
  webhook: Webhook,
  facts: AlertFacts,
  publicUrl: string,
): Promise<void> {
  await addWebhooks(connection, accountId, [alertWebhook(webhook, facts, publicUrl)]);
}

/** `alert.raised`, also when people are reminded of it, or `alert.resolved`; of a trial, `alert.test`. */
export function alertWebhook(
  { url, secret }: Webhook,
  { event: what, account, timezone: _, ...data }: AlertFacts,
  publicUrl: string,
  isTest = false,
): NewWebhook {
  const id = newId();
  const event = isTest ? 'alert.test' : what === 'resolved' ? 'alert.resolved' : 'alert.raised';
  const payload = {
    event,
    deliveryId: uuidText(id),
    timestamp: new Date().toISOString(),
    accountId: account.id,
    data: {
      kind: data.kind,
      isReminder: what === 'reminder',
      job: data.job ?? null,
      connector: data.connector ?? null,
      executionId: data.execution_id ?? null,
      message: data.message,
      count: data.count,
      raisedAt: data.raised_at,
      at: data.at,
      url: linkOf(data, publicUrl),
    },
  };
  return { id, event, url, payload: JSON.stringify(payload), ...(secret !== undefined && { sealedSecret: secret }) };
}
