import type { Transaction } from 'sequelize';
import type { JobRow } from '../../db/models/job.ts';
import { modelsOf } from '../../db/models/models.ts';
import { parseUuid } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import { requireVersion, versionOf } from '../version.ts';

/** A job as it is stored. */
export interface StoredJob {
  row: JobRow;
  /** In their order. */
  connectorIds: number[];
}

/** What the form of a job shows. Whether the job is enabled is none of that: it is switched by itself. */
export function jobVersion({ row: { name, schedule, report, alerts }, connectorIds }: StoredJob): string {
  return versionOf({ name, schedule, report, alerts, connectorIds });
}

export function requireJobVersion(opened: string | undefined, job: StoredJob): void {
  const { name, updated_at: changedAt } = job.row;
  requireVersion(opened, { name: `"${name}"`, versions: [jobVersion(job)], changedAt });
}

export async function storedJob(services: Services, row: JobRow, transaction?: Transaction): Promise<StoredJob> {
  const links = await (await modelsOf(services.database)).JobConnector.findAll({
    where: { job_id: row.id },
    order: [['position', 'ASC']],
    ...(transaction && { transaction }),
  });
  return { row, connectorIds: links.map((link) => link.connector_id) };
}

/** The job as it is now, which nobody else changes until the transaction ends. Throws `not_found`. */
export async function lockJob(
  services: Services,
  accountId: number,
  uid: Buffer,
  transaction: Transaction,
): Promise<StoredJob> {
  const row = await (await modelsOf(services.database)).Job.findOne({
    where: { account_id: accountId, uid, deleted_at: null },
    transaction,
    lock: transaction.LOCK.UPDATE,
  });
  if (!row) throw noSuchJob();
  return await storedJob(services, row, transaction);
}

/** Throws `not_found`. */
export async function jobRow(services: Services, accountId: number, uid: string): Promise<JobRow> {
  const id = parseUuid(uid);
  const row =
    id &&
    (await (
      await modelsOf(services.database)
    ).Job.findOne({ where: { account_id: accountId, uid: id, deleted_at: null } }));
  if (!row) throw noSuchJob();
  return row;
}

function noSuchJob(): AppError {
  return new AppError('not_found', 'This job is not there any more. Reload the page to see which are.');
}
