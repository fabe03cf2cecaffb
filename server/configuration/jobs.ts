import { isDeepStrictEqual } from 'node:util';
import type { JobRow } from '../../db/models/job.ts';
import { isTaken, modelsOf } from '../../db/models/models.ts';
import { newId, parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { type JobInput, type JobType, jobSchema, type ReportConfig, type Schedule } from '../../shared/job.ts';
import { getAccountById } from '../accounts/account.ts';
import { connectorType } from '../connectors/registry.ts';
import { nextDue } from '../jobs/schedule.ts';
import type { Services } from '../services.ts';
import type { Change, SaveOptions } from './change.ts';
import { parseInput } from './parse.ts';

export interface JobView {
  id: number;
  uid: string;
  name: string;
  type: JobType;
  schedule: Schedule;
  report: ReportConfig | null;
  /** By name. */
  connectors: string[];
  is_enabled: boolean;
  /** Made by the product for a connector; not to be deleted by itself. */
  is_system: boolean;
  /** It also runs whenever something has come for its connector. */
  runs_on_arrival: boolean;
  next_due_at: Date | null;
  created_by: string;
  created_at: Date;
}

/** Makes or changes a job; its next due time follows from its schedule. Throws `invalid` with the field, `conflict`. */
export async function saveJob(
  services: Services,
  accountId: number,
  input: unknown,
  options: SaveOptions,
): Promise<{ uid: string; change: Change }> {
  const job = parseInput(jobSchema, input);
  const row = options.uid
    ? await jobRow(services, accountId, options.uid)
    : await namedRow(services, accountId, job.name);
  if (options.create && row) throw nameTaken(job.name);
  if (row && row.type !== job.type)
    throw new AppError(
      'conflict',
      `"${row.name}" is already a job of another type (${row.type}). Choose another name.`,
      { field: 'name' },
    );
  if (row?.is_system) throw isSystemJob(row, 'changed');
  const connectorIds = await matchingConnectors(services, accountId, job, options.alsoKnown ?? []);
  const change = await changeOf(services, job, connectorIds, row);
  if (options.dryRun || (row && change === 'unchanged')) return { uid: row ? uuidText(row.uid) : '', change };
  return { uid: await write(services, accountId, job, connectorIds, row, options.by), change };
}

/** The ids of the connectors a job names: they must be there and of the job's direction. */
async function matchingConnectors(
  services: Services,
  accountId: number,
  job: JobInput,
  alsoKnown: readonly { name: string; direction?: unknown }[],
): Promise<number[]> {
  const rows = await (await modelsOf(services.database)).Connector.findAll({
    where: { account_id: accountId, name: job.connectors, deleted_at: null },
  });
  const direction = job.type === 'data_import' ? 'import' : 'export';
  return job.connectors.flatMap((name) => {
    const row = rows.find((candidate) => candidate.name === name);
    const known = row ?? alsoKnown.find((candidate) => candidate.name === name);
    if (!known)
      throw new AppError('invalid', `There is no connector "${name}". Create it first.`, { field: 'connectors' });
    if (known.direction !== direction)
      throw new AppError(
        'invalid',
        `"${name}" is an ${known.direction} connector; this job needs one for ${direction}.`,
        { field: 'connectors' },
      );
    return row ? [row.id] : [];
  });
}

async function changeOf(
  services: Services,
  job: JobInput,
  connectorIds: number[],
  row: JobRow | null,
): Promise<Change> {
  if (!row) return 'created';
  const linked = await (await modelsOf(services.database)).JobConnector.findAll({
    where: { job_id: row.id },
    order: [['position', 'ASC']],
  });
  const same =
    row.name === job.name &&
    row.is_enabled === job.is_enabled &&
    isDeepStrictEqual(row.schedule, job.schedule) &&
    isDeepStrictEqual(row.report, job.report ?? null) &&
    isDeepStrictEqual(
      linked.map((link) => link.connector_id),
      connectorIds,
    );
  return same ? 'unchanged' : 'updated';
}

async function write(
  services: Services,
  accountId: number,
  job: JobInput,
  connectorIds: number[],
  row: JobRow | null,
  by: string,
): Promise<string> {
  const { sequelize, Job, JobConnector } = await modelsOf(services.database);
  const { timezone } = await getAccountById(services, accountId);
  const fields = {
    name: job.name,
    schedule: job.schedule,
    report: job.report ?? null,
    is_enabled: job.is_enabled,
    next_due_at: job.is_enabled ? nextDue(job.schedule, timezone, new Date()) : null,
    updated_at: new Date(),
  };
  try {
    return await sequelize.transaction(async (transaction) => {
      const saved = row
        ? await row.update(fields, { transaction })
        : await Job.create(
            { account_id: accountId, uid: newId(), type: job.type, created_by: by, ...fields },
            { transaction },
          );
      await JobConnector.destroy({ where: { job_id: saved.id }, transaction });
      for (const [position, connectorId] of connectorIds.entries())
        await JobConnector.create({ job_id: saved.id, connector_id: connectorId, position }, { transaction });
      return uuidText(saved.uid);
    });
  } catch (error) {
    if (isTaken(error)) throw nameTaken(job.name);
    throw error;
  }
}

function isSystemJob({ name, schedule }: JobRow, done: 'changed' | 'deleted'): AppError {
  const may = schedule.frequency === 'continuous' ? 'It can be disabled' : 'It can be run now and disabled';
  return new AppError(
    'conflict',
    `"${name}" was made for its connector and goes with it, so it cannot be ${done} here. ${may}; deleting the connector deletes it.`,
    { field: 'name' },
  );
}

function nameTaken(name: string): AppError {
  return new AppError('conflict', `There is already a job "${name}". Choose another name.`, { field: 'name' });
}

export async function listJobs(services: Services, accountId: number): Promise<JobView[]> {
  const rows = await (await modelsOf(services.database)).Job.findAll({
    where: { account_id: accountId, deleted_at: null },
    order: [['name', 'ASC']],
  });
  return views(services, rows);
}

export async function getJob(services: Services, accountId: number, uid: string): Promise<JobView> {
  const [job] = await views(services, [await jobRow(services, accountId, uid)]);
  if (!job) throw new AppError('not_found', 'This job is not there any more.');
  return job;
}

export async function setJobEnabled(
  services: Services,
  accountId: number,
  uid: string,
  enabled: boolean,
): Promise<void> {
  const row = await jobRow(services, accountId, uid);
  const { timezone } = await getAccountById(services, accountId);
  await row.update({
    is_enabled: enabled,
    next_due_at: enabled ? nextDue(row.schedule, timezone, new Date()) : null,
    updated_at: new Date(),
  });
}

/** Its executions stay in the history under its name. */
export async function removeJob(services: Services, accountId: number, uid: string): Promise<void> {
  const row = await jobRow(services, accountId, uid);
  if (row.is_system) throw isSystemJob(row, 'deleted');
  await row.update({ deleted_at: new Date(), is_enabled: false, next_due_at: null });
}

/** connector id → the names of the live jobs that use it. */
export async function jobNamesOf(services: Services, connectorIds: number[]): Promise<Map<number, string[]>> {
  const { Job, JobConnector } = await modelsOf(services.database);
  const links = await JobConnector.findAll({ where: { connector_id: connectorIds } });
  const jobs = await Job.findAll({
    where: { id: links.map((link) => link.job_id), deleted_at: null },
    order: [['name', 'ASC']],
  });
  const namesOf = (connectorId: number) =>
    jobs
      .filter((job) => links.some((link) => link.job_id === job.id && link.connector_id === connectorId))
      .map((job) => job.name);
  return new Map(connectorIds.map((id) => [id, namesOf(id)]));
}

async function views(services: Services, rows: JobRow[]): Promise<JobView[]> {
  const { JobConnector, Connector } = await modelsOf(services.database);
  const links = await JobConnector.findAll({
    where: { job_id: rows.map((row) => row.id) },
    order: [['position', 'ASC']],
  });
  const connectors = await Connector.findAll({ where: { id: links.map((link) => link.connector_id) } });
  const nameOf = new Map(connectors.map((connector) => [connector.id, connector.name]));
  const onArrival = new Set(connectors.filter(({ type }) => hasArrivals(type)).map(({ id }) => id));
  const linksOf = (row: JobRow) => links.filter((link) => link.job_id === row.id);
  return rows.map((row) => ({
    id: row.id,
    uid: uuidText(row.uid),
    name: row.name,
    type: row.type,
    schedule: row.schedule,
    report: row.report,
    connectors: linksOf(row).flatMap((link) => nameOf.get(link.connector_id) ?? []),
    is_enabled: row.is_enabled,
    is_system: row.is_system,
    runs_on_arrival: row.is_system && linksOf(row).some((link) => onArrival.has(link.connector_id)),
    next_due_at: row.next_due_at,
    created_by: row.created_by,
    created_at: row.created_at,
  }));
}

function hasArrivals(typeId: string): boolean {
  return connectorType(typeId).systemJob?.runsOnArrival === true;
}

async function jobRow(services: Services, accountId: number, uid: string): Promise<JobRow> {
  const id = parseUuid(uid);
  const row =
    id &&
    (await (
      await modelsOf(services.database)
    ).Job.findOne({ where: { account_id: accountId, uid: id, deleted_at: null } }));
  if (!row) throw new AppError('not_found', 'This job is not there any more. Reload the page to see which are.');
  return row;
}

async function namedRow(services: Services, accountId: number, name: string): Promise<JobRow | null> {
  return (await modelsOf(services.database)).Job.findOne({ where: { account_id: accountId, name, deleted_at: null } });
}
