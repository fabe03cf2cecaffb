import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { transaction } from '../../db/database.ts';
import {
  type ExpectingConnector,
  firstRunAfter,
  lockLookingJob,
  lookingJob,
  selectArrivals,
  selectExpectingConnectors,
} from '../../db/queries/alert-expected-files.ts';
import {
  type AlertName,
  alertNotedAt,
  noteAlert,
  raiseAlert,
  resolveAlerts,
  selectOpenAlerts,
} from '../../db/queries/alerts.ts';
import { type ExpectedFile, expectedFilesSchema } from '../connectors/files/fields.ts';
import { addRun } from '../schedule/system-job.ts';
import type { Services } from '../services.ts';
import { type Expectation, fitsName, latestExpectation, likePattern } from './expectation.ts';
import { tell } from './tell.ts';

/**
 * Looks at every file that should have come by now. One that the ledger does not have is looked for at its source once
 * more, by a run of the connector's job; only when that has ended without it an alert is raised. An alert is resolved
 * when the file comes after all. One connector's trouble does not keep the others from being looked at.
 */
export async function watchExpectedFiles(services: Services, now: Date): Promise<void> {
  for (const connector of await selectExpectingConnectors(services.database.pool)) {
    try {
      await resolveWhatCame(services, connector);
      for (const file of expectedFilesSchema.parse(connector.config.expected_files))
        await watchFile(services, connector, file, now);
    } catch (error) {
      const { id: connectorId, accountId } = connector;
      services.log.error({ err: error, connectorId, accountId }, 'expected files could not be looked for; tried again');
    }
  }
}

const detailsSchema = z.object({ name: z.string(), since: z.coerce.date() });

/** Also for a day long past, and for a file that is expected no longer. */
async function resolveWhatCame(services: Services, connector: ExpectingConnector): Promise<void> {
  const { pool } = services.database;
  const kind = { accountId: connector.accountId, connectorId: connector.id, kind: 'expected_file' } as const;
  for (const { subject, details } of await selectOpenAlerts(pool, kind)) {
    const { name, since } = detailsSchema.parse(details);
    const keys = await selectArrivals(pool, connector, since, likePattern(name));
    if (keys.some((key) => fitsName(name, key))) await noteCame(services, connector, subject, name);
  }
}

async function noteCame(
  services: Services,
  { id, accountId, name: connectorName }: ExpectingConnector,
  subject: Buffer,
  file: string,
): Promise<void> {
  await transaction(services.database.pool, async (connection) => {
    const owner = { accountId, connectorId: id };
    const [alert] = await resolveAlerts(connection, owner, { kinds: ['expected_file'], subject });
    if (!alert) return;
    const jobId = await lookingJob(connection, { accountId, id });
    const message = `${file} has come at "${connectorName}". Before that: ${alert.message}`;
    await tell(services, connection, { accountId, jobId, alert, event: 'resolved', connectorName, message });
  });
}

async function watchFile(
  services: Services,
  connector: ExpectingConnector,
  file: ExpectedFile,
  now: Date,
): Promise<void> {
  const { pool } = services.database;
  const { accountId, id: connectorId } = connector;
  const expectation = latestExpectation(file, connector.timezone, now);
  if (!expectation || expectation.deadline <= (await expectingSince(services, connector, file))) return;
  const { name, since, day } = expectation;
  const alert: AlertName = { accountId, connectorId, kind: 'expected_file', subject: sha256(`${name}|${day}`) };
  if (await alertNotedAt(pool, alert)) return;
  const keys = await selectArrivals(pool, connector, since, likePattern(name));
  if (keys.some((key) => fitsName(name, key))) await noteAlert(pool, alert);
  else await lookOnce(services, connector, expectation, alert);
}

/** What was due before somebody said that the file must come is nobody's concern. */
async function expectingSince(
  { database: { pool } }: Services,
  { accountId, id: connectorId }: ExpectingConnector,
  file: ExpectedFile,
): Promise<Date> {
  const subject = sha256(JSON.stringify([file.name, file.by, file.days]));
  const note: AlertName = { accountId, connectorId, kind: 'expecting_since', subject };
  const known = await alertNotedAt(pool, note);
  if (known) return known;
  await noteAlert(pool, note);
  return (await alertNotedAt(pool, note)) ?? new Date();
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Has the source looked at after the deadline, then says that the file is missing. */
async function lookOnce(
  services: Services,
  connector: ExpectingConnector,
  expectation: Expectation,
  alert: AlertName,
): Promise<void> {
  const { database, log } = services;
  const { accountId } = connector;
  const { name, since, deadline } = expectation;
  await transaction(database.pool, async (connection) => {
    const job = await lockLookingJob(connection, connector);
    const look = job && (await firstRunAfter(connection, accountId, job.id, deadline));
    if (job && !look) {
      await addRun(connection, accountId, job, { kind: 'expected_file', by: `${name} is expected` });
      return;
    }
    if (look && !look.hasEnded) return;
    const message = wordsFor(connector, expectation, look?.status);
    const raised = await raiseAlert(connection, alert, { message, details: { name, since }, isRepeat: false });
    const about = { accountId, jobId: job?.id, connectorName: connector.name };
    if (raised.event) await tell(services, connection, { ...about, alert: raised.alert, event: raised.event });
    log.warn({ connector: connector.name, accountId, expected: name }, message);
  });
}

function wordsFor({ name, timezone }: ExpectingConnector, expectation: Expectation, looked: string | undefined) {
  const by = DateTime.fromJSDate(expectation.deadline, { zone: timezone }).setLocale('en').toFormat('d LLLL, HH:mm');
  const missing = `${expectation.name} was expected at "${name}" by ${by} (${timezone}) and has not come.`;
  if (looked === undefined)
    return `${missing} No enabled job reads from this connector, so nobody looks for it: enable or create one.`;
  if (looked === 'handler_failed') return `${missing} The source itself could not be read; Execution History says why.`;
  return `${missing} The source was looked at after that time. Ask whoever sends it; when it comes, run the job, or wait for its next time.`;
}
