import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'sequelize';
import type { JobRow } from '../../db/models/job.ts';
import { isTaken, modelsOf } from '../../db/models/models.ts';
import { databaseNow } from '../../db/queries/clock.ts';
import { findUserByEmail } from '../../db/queries/users.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { type JobInput, jobSchema, type Schedule } from '../../shared/job.ts';
import { getAccountById } from '../accounts/account.ts';
import { sealedJobAlerts } from '../alerts/settings.ts';
import type { Change } from '../change.ts';
import { streamTypes } from '../connectors/registry.ts';
import { parseInput } from '../parse-input.ts';
import { requireReport } from '../reports/report-check.ts';
import { dueRefusal, plannedDue } from '../schedule/plan.ts';
import { dueTimesOf } from '../schedule/schedule.ts';
import type { Services } from '../services.ts';
import { madeForConnector } from './jobs.ts';
import { jobRow, lockJob, requireJobVersion, type StoredJob, storedJob } from './jobs-stored.ts';
import type { SaveOptions } from './save-options.ts';

/** A job as it is to be stored. */
interface WantedJob {
  job: JobInput;
  /** In the order in which they are named. */
  connectorIds: number[];
  remark: string | undefined;
}

interface Saved {
  uid: string;
  change: Change;
  /** What somebody should know of it although it was saved. */
  remark?: string | undefined;
}

/**
 * Makes or changes a job; its next due time follows from its schedule. Throws `invalid` with the field, and `conflict`:
 * for a name that is taken, and at `version` where somebody has saved since the form was opened.
 */
export async function saveJob(
  services: Services,
  accountId: number,
  input: unknown,
  options: SaveOptions,
): Promise<Saved> {
  const job = parseInput(jobSchema, input);
  await requireMeaning(services, accountId, job.schedule);
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
  if (row?.is_system) throw madeForConnector(row, 'changed');
  const wanted = await wantedJob(services, accountId, job, row, options).catch(async (error: unknown) => {
    // What was right when the form was opened may be wrong only since then.
    if (row) requireJobVersion(options.version, await storedJob(services, row));
    throw error;
  });
  const saved = await (options.dryRun
    ? planned(services, wanted, row)
    : write(services, accountId, wanted, row, options));
  return { ...saved, remark: wanted.remark };
}

async function wantedJob(
  services: Services,
  accountId: number,
  job: JobInput,
  row: JobRow | null,
  options: SaveOptions,
): Promise<WantedJob> {
  const { by, alsoKnown = [], reportAlsoKnows } = options;
  const neverRuns = await whyNeverRuns(services, accountId, job, row, options);
  if (neverRuns && !options.mayBeOver) throw neverRuns;
  const connectorIds = await matchingConnectors(services, accountId, job, alsoKnown);
  await requireJobReport(services, accountId, job, row?.created_by ?? by, reportAlsoKnows);
  return { job, connectorIds, remark: neverRuns?.message };
}

/** Also of a job that is disabled or only looked at: a zone or a cron expression that means nothing is told at once. */
async function requireMeaning(services: Services, accountId: number, schedule: Schedule): Promise<void> {
  const { timezone } = await getAccountById(services, accountId);
  dueTimesOf(schedule, timezone);
}

/** Not of one that is stated again as it is, whose times have passed since; a form that enables it is told. */
async function whyNeverRuns(
  services: Services,
  accountId: number,
  { schedule, is_enabled }: JobInput,
  row: JobRow | null,
  { version, keepsEnabled = false }: SaveOptions,
): Promise<AppError | undefined> {
  const isEnabled = keepsEnabled && row ? row.is_enabled : is_enabled;
  const isKept = row && isDeepStrictEqual(row.schedule, schedule) && (row.is_enabled || version === undefined);
  if (!isEnabled || isKept) return undefined;
  const { timezone } = await getAccountById(services, accountId);
  return dueRefusal(schedule, { timezone, now: await databaseNow(services.database.pool) });
}

/** What would only fail when it runs is told now. A saved filter is one of whoever made the job, or a shared one. */
async function requireJobReport(
  services: Services,
  accountId: number,
  { report }: JobInput,
  createdBy: string,
  alsoKnown: SaveOptions['reportAlsoKnows'],
): Promise<void> {
  if (!report) return;
  const creator = await findUserByEmail(services.database.pool, accountId, createdBy);
  try {
    await requireReport(services, accountId, report, { userId: creator?.id, alsoKnown });
  } catch (error) {
    if (!(error instanceof AppError) || error.field === undefined) throw error;
    throw new AppError(error.code, error.message, { cause: error, field: `report.${error.field}` });
  }
}

/** The ids of the connectors a job names, each once: they must be there, of the job's direction, and not read by a stream. */
async function matchingConnectors(
  services: Services,
  accountId: number,
  job: JobInput,
  alsoKnown: NonNullable<SaveOptions['alsoKnown']>,
): Promise<number[]> {
  const rows = await (await modelsOf(services.database)).Connector.findAll({
    where: { account_id: accountId, name: job.connectors, deleted_at: null },
  });
  const direction = job.type === 'data_import' ? 'import' : 'export';
  return [...new Set(job.connectors)].flatMap((name) => {
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
    if (job.type === 'data_import' && streamTypes.some((type) => type === known.type)) throw readByStream(name);
    return row ? [row.id] : [];
  });
}

function readByStream(name: string): AppError {
  return new AppError(
    'invalid',
    `"${name}" is read all the time by the job that was made for it; no other job can read it. Choose another connector.`,
    { field: 'connectors' },
  );
}

async function planned(services: Services, wanted: WantedJob, row: JobRow | null): Promise<Saved> {
  if (!row) return { uid: '', change: 'created' };
  const before = await storedJob(services, row);
  const content = contentOf(services, wanted, before);
  return { uid: uuidText(row.uid), change: isAsStored(before, content, wanted.connectorIds) ? 'unchanged' : 'updated' };
}

type Content = Pick<JobRow, 'name' | 'schedule' | 'report' | 'alerts' | 'is_enabled'>;

/** What is to be stored in the place of what is there: secrets sealed, those that are kept among them. */
function contentOf(
  { keyring }: Services,
  { job }: WantedJob,
  before: StoredJob | null,
  { keepsEnabled = false }: Pick<SaveOptions, 'keepsEnabled'> = {},
): Content {
  return {
    name: job.name,
    schedule: job.schedule,
    report: job.report ?? null,
    alerts: sealedJobAlerts(keyring, job.alerts, before?.row.alerts),
    is_enabled: keepsEnabled && before ? before.row.is_enabled : job.is_enabled,
  };
}

function isAsStored({ row, connectorIds }: StoredJob, content: Content, wantedIds: readonly number[]): boolean {
  const { name, schedule, report, alerts, is_enabled } = row;
  return (
    isDeepStrictEqual({ name, schedule, report, alerts, is_enabled }, content) &&
    isDeepStrictEqual(connectorIds, wantedIds)
  );
}

/** What is there is read again, locked, and only then compared: of two forms that save at once one is told. */
async function write(
  services: Services,
  accountId: number,
  wanted: WantedJob,
  row: JobRow | null,
  options: SaveOptions,
): Promise<Saved> {
  const { sequelize, Job } = await modelsOf(services.database);
  const { timezone } = await getAccountById(services, accountId);
  const now = await databaseNow(services.database.pool);
  const { job, connectorIds } = wanted;
  try {
    return await sequelize.transaction(async (transaction) => {
      const before = row && (await lockJob(services, accountId, row.uid, transaction));
      const content = contentOf(services, wanted, before, options);
      if (before && isAsStored(before, content, connectorIds)) return { uid: uuidText(row.uid), change: 'unchanged' };
      if (before) requireJobVersion(options.version, before);
      const due = plannedDue({ timezone, now }, content, before?.row ?? null);
      const fields = { ...content, next_due_at: due, updated_at: now };
      const made = { account_id: accountId, uid: newId(), type: job.type, created_by: options.by };
      const saved = before
        ? await before.row.update(fields, { transaction })
        : await Job.create({ ...made, ...fields }, { transaction });
      await linkConnectors(services, saved.id, connectorIds, transaction);
      return { uid: uuidText(saved.uid), change: before ? 'updated' : 'created' };
    });
  } catch (error) {
    if (isTaken(error)) throw nameTaken(job.name);
    throw error;
  }
}

async function linkConnectors(
  services: Services,
  jobId: number,
  connectorIds: readonly number[],
  transaction: Transaction,
): Promise<void> {
  const { JobConnector } = await modelsOf(services.database);
  await JobConnector.destroy({ where: { job_id: jobId }, transaction });
  for (const [position, connectorId] of connectorIds.entries())
    await JobConnector.create({ job_id: jobId, connector_id: connectorId, position }, { transaction });
}

function nameTaken(name: string): AppError {
  return new AppError('conflict', `There is already a job "${name}". Choose another name.`, { field: 'name' });
}

async function namedRow(services: Services, accountId: number, name: string): Promise<JobRow | null> {
  return (await modelsOf(services.database)).Job.findOne({ where: { account_id: accountId, name, deleted_at: null } });
}
