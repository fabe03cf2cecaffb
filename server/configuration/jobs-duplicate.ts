import type { JobRow } from '../../db/models/job.ts';
import { isTaken, modelsOf } from '../../db/models/models.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { longestJobName } from '../../shared/job.ts';
import type { Services } from '../services.ts';
import { jobRow } from './jobs-stored.ts';

const mostCopies = 100;

/**
 * A copy of the job with the same connectors, schedule, report and alerts. It is disabled, so that nothing runs twice
 * before somebody has looked at it. Throws `conflict` for a job that the product made: its connector has one.
 */
export async function duplicateJob(
  services: Services,
  accountId: number,
  uid: string,
  by: string,
): Promise<{ uid: string; name: string }> {
  const row = await jobRow(services, accountId, uid);
  if (row.is_system) throw ofItsConnector(row);
  for (const name of copyNames(row.name)) {
    const copy = await insertCopy(services, row, name, by);
    if (copy) return { uid: copy, name };
  }
  throw new AppError('conflict', `There are already ${mostCopies} copies of "${row.name}". Rename or delete some.`, {
    field: 'name',
  });
}

/** `Name (copy)`, `Name (copy 2)`, …, each short enough to be a name. A copy's copy counts on. */
function* copyNames(name: string): Generator<string> {
  const original = name.replace(/ \(copy( \d+)?\)$/, '');
  for (let count = 1; count <= mostCopies; count++) {
    const ending = count === 1 ? ' (copy)' : ` (copy ${count})`;
    yield `${shortened(original, longestJobName - ending.length)}${ending}`;
  }
}

/** Half of a character, such as of an emoji, is none. */
function shortened(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(/\p{Surrogate}$/u, '')
    .trimEnd();
}

/** Undefined where the name is taken. */
async function insertCopy(services: Services, row: JobRow, name: string, by: string): Promise<string | undefined> {
  const { sequelize, Job, JobConnector } = await modelsOf(services.database);
  const { account_id, type, schedule, report, alerts } = row;
  try {
    return await sequelize.transaction(async (transaction) => {
      const copy = await Job.create(
        {
          ...{ account_id, uid: newId(), name, type, schedule, report, alerts },
          ...{ is_enabled: false, next_due_at: null, created_by: by },
        },
        { transaction },
      );
      const links = await JobConnector.findAll({ where: { job_id: row.id }, transaction });
      for (const { connector_id, position } of links)
        await JobConnector.create({ job_id: copy.id, connector_id, position }, { transaction });
      return uuidText(copy.uid);
    });
  } catch (error) {
    if (isTaken(error)) return undefined;
    throw error;
  }
}

function ofItsConnector({ name, schedule }: JobRow): AppError {
  const other =
    schedule.frequency === 'continuous'
      ? 'Its connector is read all the time, so no other job can read it.'
      : 'To read its connector at other times as well, make a new job with that connector.';
  return new AppError('conflict', `"${name}" was made for its connector and cannot be duplicated. ${other}`, {
    field: 'name',
  });
}
