import { DateTime } from 'luxon';
import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { type DataConnector, selectDataConnectors } from '../../db/queries/alert-expected-data.ts';
import { lookingJob } from '../../db/queries/alert-expected-files.ts';
import {
  type AlertName,
  forgetAlerts,
  isDismissed,
  onlySubject,
  raiseAlert,
  resolveAlerts,
} from '../../db/queries/alerts.ts';
import type { Services } from '../services.ts';
import { counted } from '../words.ts';
import { tell } from './tell.ts';

const hourMs = 3_600_000;
const kind = 'expected_data';

/**
 * Raises an alert for each connector that has brought nothing for longer than it may, whether its runs succeed or not, and ends
 * it when data come again. One connector's trouble does not keep the others from being looked at.
 */
export async function watchExpectedData(services: Services, now: Date): Promise<void> {
  for (const connector of await selectDataConnectors(services.database.pool)) {
    try {
      await transaction(services.database.pool, (connection) => watchConnector(services, connection, connector, now));
    } catch (error) {
      const { id: connectorId, accountId } = connector;
      services.log.error({ err: error, connectorId, accountId }, 'expected data could not be looked for; tried again');
    }
  }
}

async function watchConnector(
  services: Services,
  connection: PoolConnection,
  connector: DataConnector,
  now: Date,
): Promise<void> {
  const { accountId, id: connectorId, name: connectorName, hours } = connector;
  if (hours === undefined) return await forgetAlerts(connection, { accountId, connectorId }, [kind]);
  const missedSince = new Date(quietSince(connector).getTime() + hours * hourMs);
  if (now < missedSince) return await noteCame(services, connection, connector);
  const about: AlertName = { accountId, connectorId, kind, subject: onlySubject };
  if (await isDismissed(connection, about, missedSince)) return;
  const jobId = await lookingJob(connection, connector);
  const message = wordsFor(connector, hours, jobId !== undefined);
  const { alert, event } = await raiseAlert(connection, about, { message, isRepeat: false });
  if (event) await tell(services, connection, { accountId, jobId, alert, event, connectorName });
}

/** From when somebody saved or enabled it on: before that it may not have been able to bring any. */
function quietSince({ lastDataAt, savedAt }: DataConnector): Date {
  return lastDataAt && lastDataAt > savedAt ? lastDataAt : savedAt;
}

/** Of those that come and go it is known only until the last that they come. */
async function noteCame(services: Services, connection: PoolConnection, connector: DataConnector): Promise<void> {
  const { accountId, id: connectorId, name: connectorName, lastDataAt, savedAt } = connector;
  const owner = { accountId, connectorId };
  const [alert] = await resolveAlerts(connection, owner, { kinds: [kind], wellUntil: lastDataAt ?? savedAt });
  // Else it was only saved or enabled, or may be quiet for longer now.
  const haveCome = alert && lastDataAt && lastDataAt > alert.raisedAt;
  if (!haveCome) return;
  const jobId = await lookingJob(connection, connector);
  const message = `Data come from "${connectorName}" again. Before that: ${alert.message}`;
  await tell(services, connection, { accountId, jobId, alert, event: 'resolved', connectorName, message });
}

function wordsFor({ name, timezone, lastDataAt }: DataConnector, hours: number, hasJob: boolean): string {
  const at = lastDataAt && DateTime.fromJSDate(lastDataAt, { zone: timezone }).setLocale('en');
  const last = at ? `the last on ${at.toFormat('d LLLL, HH:mm')} (${timezone})` : 'nothing has come yet';
  const quiet = `Nothing has come from "${name}" for more than ${counted(hours, 'hour')}: ${last}.`;
  if (!hasJob) return `${quiet} No enabled job reads from this connector: enable or create one.`;
  return `${quiet} See its last runs in Execution History; where they succeed, ask whoever runs the source why it is quiet.`;
}
