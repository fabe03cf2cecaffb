import { transaction } from '../../db/database.ts';
import type { ReportFilter } from '../../db/queries/report-rows.ts';
import {
  findProfileId,
  findReportHeading,
  insertParts,
  listParts,
  type ReportHeading,
  type ReportPart,
} from '../../db/queries/reports.ts';
import { holdsWork } from '../../db/queries/work-claim.ts';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { ReportConfig } from '../../shared/job.ts';
import type { ExecutionRun } from '../pipeline/run.ts';
import { WorkAborted } from '../worker/abort.ts';
import { columnOf } from './columns.ts';
import { partFileName } from './file-name.ts';
import { writeParts } from './parts.ts';
import { periodOf } from './range.ts';
import { reportCells } from './rows.ts';
import { type FileFormat, writers } from './writers.ts';

/**
 * An execution's report as parts in storage. Parts that an attempt before this one completed are used as they are; all
 * parts become known in one transaction, so a report is there as a whole or not at all. Relative dates count from when
 * the execution was made. Throws `invalid` for what the job's configuration gets wrong, `lease_lost` when somebody else
 * has taken the work.
 */
export async function makeReport(run: ExecutionRun, config: ReportConfig): Promise<ReportPart[]> {
  const { pool } = run.services.database;
  const written = await listParts(pool, run.accountId, run.id);
  if (written.length > 0) return written;
  await writeReport(run, config);
  return listParts(pool, run.accountId, run.id);
}

async function writeReport(run: ExecutionRun, config: ReportConfig): Promise<void> {
  const { database, storage } = run.services;
  const heading = await headingOf(run);
  const zone = heading.timezone;
  const filter = await filterOf(run, config, heading);
  const columns = config.columns.map(columnOf);
  const writer = writers[formatOf(config)];
  const parts = await writeParts(storage, reportCells(database.pool, filter, columns, run.signal), {
    writer,
    header: config.columns,
    zone,
    fileName: (part) => partFileName(heading, zone, part, writer.extension),
    // The claim keeps apart what a worker that lost its lease may still be writing.
    storageKey: (fileName) => `reports/${run.accountId}/${uuidText(run.id)}/${run.work.claim}/${fileName}`,
  });
  await transaction(database.pool, async (connection) => {
    if (!(await holdsWork(connection, run.work))) throw new WorkAborted('lease_lost');
    await insertParts(connection, run.accountId, run.id, parts);
  });
}

async function headingOf(run: ExecutionRun): Promise<ReportHeading> {
  const heading = await findReportHeading(run.services.database.pool, run.accountId, run.id);
  if (!heading) throw new AppError('not_found', 'The execution of this report is no longer there.');
  return heading;
}

async function filterOf(run: ExecutionRun, config: ReportConfig, heading: ReportHeading): Promise<ReportFilter> {
  const period = periodOf(config.date_range, heading.timezone, heading.createdAt);
  if (config.quality_profile === undefined) return { accountId: run.accountId, ...period };
  const profileId = await findProfileId(run.services.database.pool, run.accountId, config.quality_profile);
  if (profileId === undefined) throw unknownProfile(config.quality_profile);
  return { accountId: run.accountId, profileId, ...period };
}

function formatOf(config: ReportConfig): FileFormat {
  return config.file_format ?? 'csv';
}

function unknownProfile(name: string): AppError {
  return new AppError(
    'invalid',
    `There is no quality profile "${name}". Choose another one in the job's report, or none for all of them.`,
    { field: 'quality_profile' },
  );
}
