import type { PoolConnection } from 'mysql2/promise';
import { type Audience, findAudience } from '../../db/queries/alert-audience.ts';
import { addNotice } from '../../db/queries/alert-notices.ts';
import { type AlertState, noteTold } from '../../db/queries/alerts.ts';
import { uuidText } from '../../db/uuid.ts';
import type { AlertEvent, AlertSettings } from '../../shared/alert.ts';
import type { Services } from '../services.ts';
import { type AlertFacts, writeBody } from './facts.ts';
import { settingsFor } from './settings.ts';
import { addAlertWebhook } from './webhook.ts';

/** An alert, and where it belongs. */
export interface Telling {
  accountId: number;
  /** Its settings are the ones that count. */
  jobId?: number | undefined;
  alert: AlertState;
  event: AlertEvent;
  connectorName?: string;
  executionId?: Buffer | undefined;
  /** Of what is over: that it is. */
  message?: string;
}

/**
 * Writes what people are to be told of an alert, in the transaction that raised or resolved it: mails and a webhook, as the
 * settings of its job, else of its account, say. Nothing where they name nobody, or not this kind.
 */
export async function tell(
  { config }: Pick<Services, 'config'>,
  connection: PoolConnection,
  telling: Telling,
): Promise<void> {
  const { accountId, jobId, alert, event } = telling;
  const audience = await findAudience(connection, accountId, jobId);
  const settings = audience && settingsFor(audience.job?.alerts, audience.accountAlerts);
  if (!settings || !isWanted(settings, telling)) return;
  const facts = factsOf(telling, audience);
  const { emails, webhook } = settings;
  if (emails.length > 0)
    await addNotice(connection, {
      ...{ accountId, alertId: alert.id, event, recipients: emails, body: writeBody([facts]) },
    });
  const isPosted = webhook !== undefined && audience.webhooksEnabled;
  if (isPosted) await addAlertWebhook(connection, accountId, webhook, facts, config.publicUrl);
  if (event !== 'resolved' && (emails.length > 0 || isPosted)) await noteTold(connection, alert.id);
}

/** That something is over is of interest only to those who were told that it began. */
function isWanted({ kinds, recovery }: AlertSettings, { alert, event }: Telling): boolean {
  if (!kinds.includes(alert.kind)) return false;
  return event !== 'resolved' || (recovery && alert.toldAt !== null);
}

const unsteadyWords =
  'It comes and goes: from now on you are told of it once a day at most, and when it has been well for an hour.';

function factsOf(telling: Telling, audience: Audience): AlertFacts {
  const { alert, event, connectorName, executionId, message = alert.message } = telling;
  const isRare = alert.isUnsteady && event !== 'resolved';
  return {
    ...{ event, kind: alert.kind, timezone: audience.timezone, count: alert.count },
    message: isRare ? `${message} ${unsteadyWords}` : message,
    account: { id: uuidText(audience.accountUid), name: audience.accountName },
    ...(audience.job && { job: { id: uuidText(audience.job.uid), name: audience.job.name } }),
    ...(connectorName !== undefined && { connector: { name: connectorName } }),
    ...(executionId && { execution_id: uuidText(executionId) }),
    raised_at: alert.raisedAt.toISOString(),
    at: (event === 'resolved' ? new Date() : alert.lastAt).toISOString(),
  };
}
