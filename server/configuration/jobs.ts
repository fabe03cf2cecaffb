import { isDeepStrictEqual } from 'node:util';
import type { JobRow } from '../../db/models/job.ts';
import { modelsOf } from '../../db/models/models.ts';
import { forgetAlerts } from '../../db/queries/alerts.ts';
import { databaseNow } from '../../db/queries/clock.ts';
import { uuidText } from '../../db/uuid.ts';
import type { JobAlerts, ShownJobAlerts } from '../../shared/alert.ts';
import { AppError } from '../../shared/error.ts';
import type { JobType, Schedule } from '../../shared/job.ts';
import type { ReportConfig } from '../../shared/report.ts';
import { getAccountById } from '../accounts/account.ts';
import { sealedJobAlerts, shownJobAlerts } from '../alerts/settings.ts';
import { connectorType } from '../connectors/registry.ts';
import { plannedDue } from '../schedule/plan.ts';
import type { Services } from '../services.ts';
import { jobRow, jobVersion, lockJob, requireJobVersion, type StoredJob } from './jobs-stored.ts';

export interface JobView {
  id: number;
  uid: string;
  name: string;
  type: JobType;
  schedule: Schedule;
  report: ReportConfig | null;
  /** Who is told of its ends; null: whom the account says. */
  alerts: ShownJobAlerts | null;
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
  /** Comes back with what a form saves. */
  version: string;
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
  const { timezone } = await getAccountById(services, accountId);
  const now = await databaseNow(services.database.pool);
  await changeJob(services, accountId, uid, ({ row }) => ({
    is_enabled: enabled,
    next_due_at: plannedDue({ timezone, now }, { schedule: row.schedule, is_enabled: enabled }, row),
  }));
}

/**
 * Also of a job that was made for its connector: whom it alarms is the account's own business. Throws `conflict` at
 * `version` where somebody has saved since the form was opened.
 */
export async function setJobAlerts(
  services: Services,
  accountId: number,
  uid: string,
  alerts: JobAlerts | undefined,
  version?: string,
): Promise<void> {
  await changeJob(services, accountId, uid, (job) => {
    const sealed = sealedJobAlerts(services.keyring, alerts, job.row.alerts);
    if (!isDeepStrictEqual(sealed, job.row.alerts)) requireJobVersion(version, job);
    return { alerts: sealed };
  });
}

/** Writes what follows from the job as it is at that moment. */
async function changeJob(
  services: Services,
  accountId: number,
  uid: string,
  change: (job: StoredJob) => Partial<Pick<JobRow, 'alerts' | 'is_enabled' | 'next_due_at'>>,
): Promise<void> {
  const row = await jobRow(services, accountId, uid);
  await (await modelsOf(services.database)).sequelize.transaction(async (transaction) => {
    const job = await lockJob(services, accountId, row.uid, transaction);
    await job.row.update({ ...change(job), updated_at: new Date() }, { transaction });
  });
}

/** Its executions stay in the history under its name. */
export async function removeJob(services: Services, accountId: number, uid: string): Promise<void> {
  const row = await jobRow(services, accountId, uid);
  if (row.is_system) throw madeForConnector(row, 'deleted');
  await row.update({ deleted_at: new Date(), is_enabled: false, next_due_at: null });
  await forgetAlerts(services.database.pool, { accountId, jobId: row.id });
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
    alerts: shownJobAlerts(row.alerts),
    connectors: linksOf(row).flatMap((link) => nameOf.get(link.connector_id) ?? []),
    is_enabled: row.is_enabled,
    is_system: row.is_system,
    runs_on_arrival: row.is_system && linksOf(row).some((link) => onArrival.has(link.connector_id)),
    next_due_at: row.next_due_at,
    created_by: row.created_by,
    created_at: row.created_at,
    version: jobVersion({ row, connectorIds: linksOf(row).map((link) => link.connector_id) }),
  }));
}

function hasArrivals(typeId: string): boolean {
  return connectorType(typeId).systemJob?.runsOnArrival === true;
}

/** What was made for a connector goes with it. */
export function madeForConnector({ name, schedule }: JobRow, done: 'changed' | 'deleted'): AppError {
  const may = schedule.frequency === 'continuous' ? 'It can be disabled' : 'It can be run now and disabled';
  return new AppError(
    'conflict',
    `"${name}" was made for its connector and goes with it, so it cannot be ${done} here. ${may}; deleting the connector deletes it.`,
    { field: 'name' },
  );
}
