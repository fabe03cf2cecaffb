import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { forgetSilence, noteSilence, type StreamNow, selectStreamsNow } from '../../db/queries/alert-streams.ts';
import {
  type AlertName,
  forgetAlerts,
  isDismissed,
  onlySubject,
  raiseAlert,
  resolveAlerts,
} from '../../db/queries/alerts.ts';
import { streamTypes } from '../connectors/registry.ts';
import type { Services } from '../services.ts';
import { tell } from './tell.ts';

/** A broker that is started again, or a program that is replaced, is nobody's concern for so long. */
const silentMinutes = 5;
const kind = 'stream_failed';

/**
 * Raises an alert for each stream that nobody has been reading for five minutes, whatever the reason, and ends it when it
 * is read again. One that was switched off is no concern any more. One stream's trouble does not keep the others from being
 * looked at.
 */
export async function watchStreams(services: Services, types: readonly string[] = streamTypes): Promise<void> {
  for (const stream of await selectStreamsNow(services.database.pool, types)) {
    try {
      await transaction(services.database.pool, (connection) => watchStream(services, connection, stream));
    } catch (error) {
      const { accountId, connectorId } = stream;
      services.log.error({ err: error, accountId, connectorId }, 'a stream could not be looked at; tried again');
    }
  }
}

async function watchStream(services: Services, connection: PoolConnection, stream: StreamNow): Promise<void> {
  if (!stream.isOn || stream.isRead) return await noteRead(services, connection, stream);
  const { accountId, jobId, connectorName } = stream;
  const { since, minutes } = await noteSilence(connection, stream);
  if (minutes < silentMinutes) return;
  const name: AlertName = { accountId, jobId, kind, subject: onlySubject };
  if (await isDismissed(connection, name, new Date(since.getTime() + silentMinutes * 60_000))) return;
  const message = wordsFor(stream);
  const { alert, event } = await raiseAlert(connection, name, { message, isRepeat: false });
  if (event) await tell(services, connection, { accountId, jobId, alert, event, connectorName });
}

async function noteRead(services: Services, connection: PoolConnection, stream: StreamNow): Promise<void> {
  const { accountId, jobId, connectorName, isOn } = stream;
  await forgetSilence(connection, stream);
  if (!isOn) return await forgetAlerts(connection, { accountId, jobId }, [kind]);
  const [alert] = await resolveAlerts(connection, { accountId, jobId }, { kinds: [kind] });
  if (!alert) return;
  const message = `The stream "${connectorName}" is read again; it goes on where it was. Before that: ${alert.message}`;
  await tell(services, connection, { accountId, jobId, alert, event: 'resolved', connectorName, message });
}

function wordsFor({ connectorName, error, hasReader }: StreamNow): string {
  const what = `The stream "${connectorName}" has not been read for more than ${silentMinutes} minutes.`;
  if (error) return `${what} ${error}`;
  if (hasReader) return `${what} It is still connecting, or waits for its partitions: see its brokers and its topic.`;
  return `${what} No program with the role "stream" is running: start one (CQA_ROLES).`;
}
