import { DateTime } from 'luxon';
import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { type DataConnector, selectDataConnectors } from '../../db/queries/alert-expected-data.ts';
import { lookingJob } from '../../db/queries/alert-expected-files.ts';
import { onlySubject, raiseAlert, resolveAlert } from '../../db/queries/alerts.ts';
import type { Services } from '../services.ts';
import { counted } from '../words.ts';
import { tell } from './tell.ts';

const hourMs = 3_600_000;

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
  const { accountId, id: connectorId, name: connectorName, hours, lastDataAt } = connector;
  const about = { accountId, connectorId, kind: 'expected_data' as const, subject: onlySubject };
  if (hours === undefined) {
    await resolveAlert(connection, about);
    return;
  }
  const jobId = await lookingJob(connection, connector);
  if (now.getTime() - quietSince(connector).getTime() < hours * hourMs) {
    const alert = await resolveAlert(connection, about);
    if (!alert || !lastDataAt) return;
    const message = `Data come from "${connectorName}" again. Before that: ${alert.message}`;
    await tell(services, connection, { accountId, jobId, alert, event: 'resolved', connectorName, message });
    return;
  }
  const message = wordsFor(connector, hours, jobId !== undefined);
  const { alert, event } = await raiseAlert(connection, about, { message, isRepeat: false });
  if (event) await tell(services, connection, { accountId, jobId, alert, event, connectorName });
}

/** From when somebody saved or enabled it on: before that it may not have been able to bring any. */
function quietSince({ lastDataAt, savedAt }: DataConnector): Date {
  return lastDataAt && lastDataAt > savedAt ? lastDataAt : savedAt;
}

function wordsFor({ name, timezone, lastDataAt }: DataConnector, hours: number, hasJob: boolean): string {
  const at = lastDataAt && DateTime.fromJSDate(lastDataAt, { zone: timezone }).setLocale('en');
  const last = at ? `the last on ${at.toFormat('d LLLL, HH:mm')} (${timezone})` : 'nothing has come yet';
  const quiet = `Nothing has come from "${name}" for more than ${counted(hours, 'hour')}: ${last}.`;
  if (!hasJob) return `${quiet} No enabled job reads from this connector: enable or create one.`;
  return `${quiet} See its last runs in Execution History; where they succeed, ask whoever runs the source why it is quiet.`;
}
