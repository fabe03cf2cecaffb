import { DateTime } from 'luxon';
import { transaction } from '../../db/database.ts';
import {
  type AlertName,
  type ExpectingConnector,
  firstRunAfter,
  lockLookingJob,
  raiseAlert,
  resolveAlert,
  selectArrivals,
  selectExpectingConnectors,
  selectSubjects,
} from '../../db/queries/alerts.ts';
import { type ExpectedFile, expectedFilesSchema } from '../connectors/files/fields.ts';
import { addRun } from '../jobs/system-job.ts';
import type { Services } from '../services.ts';
import { type Expectation, fitsName, latestExpectation } from './expectation.ts';

/**
 * Looks at every file that should have come by now. One that the ledger does not have is looked for at its source once
 * more, by a run of the connector's job; only when that has ended without it an alert is raised. An alert is resolved
 * when the file comes after all.
 */
export async function watchExpectedFiles(services: Services, now: Date): Promise<void> {
  for (const connector of await selectExpectingConnectors(services.database.pool)) {
    const files = expectedFilesSchema.parse(connector.config.expected_files);
    for (const file of files) await watchFile(services, connector, file, now);
  }
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
  if (!expectation || expectation.deadline <= connector.savedAt) return;
  const alert: AlertName = { accountId, connectorId, kind: 'expected_file', subject: expectation.subject };
  const standing = (await selectSubjects(pool, alert)).get(alert.subject);
  if (standing === 'resolved') return;
  const arrivals = await selectArrivals(pool, connector, expectation.since);
  if (arrivals.some((key) => fitsName(expectation.name, key))) return await resolveAlert(pool, alert);
  if (standing === undefined) await lookOnce(services, connector, expectation, alert);
}

/** Has the source looked at after the deadline, then says that the file is missing. */
async function lookOnce(
  { database, log }: Services,
  connector: ExpectingConnector,
  expectation: Expectation,
  alert: AlertName,
): Promise<void> {
  const { accountId } = connector;
  await transaction(database.pool, async (connection) => {
    const job = await lockLookingJob(connection, connector);
    const look = job && (await firstRunAfter(connection, accountId, job.id, expectation.deadline));
    if (job && !look) {
      const by = `${expectation.name} is expected`;
      await addRun(connection, accountId, job, { kind: 'expected_file', by });
      return;
    }
    if (look && !look.hasEnded) return;
    const message = wordsFor(connector, expectation, look?.status);
    await raiseAlert(connection, alert, message);
    log.warn({ connector: connector.name, accountId, expected: expectation.name }, message);
  });
}

function wordsFor({ name, timezone }: ExpectingConnector, expectation: Expectation, looked: string | undefined) {
  const by = DateTime.fromJSDate(expectation.deadline, { zone: timezone }).toFormat('d LLLL, HH:mm');
  const missing = `${expectation.name} was expected at "${name}" by ${by} (${timezone}) and has not come.`;
  if (looked === undefined)
    return `${missing} No enabled job reads from this connector, so nobody looks for it: enable or create one.`;
  if (looked === 'handler_failed') return `${missing} The source itself could not be read; Execution History says why.`;
  return `${missing} The source was looked at after that time. Ask whoever sends it; when it comes, run the job, or wait for its next time.`;
}
