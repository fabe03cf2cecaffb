import { transaction } from '../../db/database.ts';
import { saveFormats } from '../../db/queries/execution-connectors.ts';
import type { ReportFilter } from '../../db/queries/report-rows.ts';
import {
  findReportHeading,
  insertParts,
  listParts,
  type NewPart,
  type PartSet,
  type ReportHeading,
  type ReportPart,
} from '../../db/queries/reports.ts';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { columnNameOf, type FileFormat, headerOf, type ReportConfig } from '../../shared/report.ts';
import { listMetadataFields } from '../quality/metadata-fields.ts';
import type { CellPage } from '../reports/cell.ts';
import { type Column, columnOf } from '../reports/columns.ts';
import { withDeclaredTypes } from '../reports/declared-types.ts';
import { removeEarlierParts } from '../reports/earlier-parts.ts';
import { partFileName } from '../reports/file-name.ts';
import { writeParts } from '../reports/parts.ts';
import { type Period, periodOf } from '../reports/range.ts';
import { reportFilterOf } from '../reports/report-filter.ts';
import { reportPages } from '../reports/rows.ts';
import { unknownColumns, watched } from '../reports/unknown-columns.ts';
import { writers } from '../reports/writers.ts';
import { requireHeld } from '../worker/fenced.ts';
import type { FilesPlanned } from './deliver/plan.ts';
import type { ExecutionRun } from './run.ts';

/** Rows in a file that a mail's link leads to. */
const mailPartRows = 1_000;

export interface ReportOptions {
  /** Which files are made: whole ones, one for each format, and those short enough for a mail's links. */
  files: readonly FilesPlanned[];
  /** Which destination gets which format, by its connector; it is kept with the report. */
  formats: ReadonlyMap<number, FileFormat>;
  /** Relative dates count from when this execution was made; absent: the run's own. */
  datedAs?: Buffer;
}

export interface MadeReport {
  parts: ReportPart[];
  /** Columns that nobody knows any more and that no row had anything of; of parts that were there already, none. */
  emptyColumns: Column[];
}

/**
 * An execution's report as parts in storage. Parts that an attempt before this one completed are used as they are; all
 * parts of all sets become known in one transaction, so a report is there as a whole or not at all. Relative dates count
 * from when the execution was made; `datedAs` names another one whose days are meant. Throws `invalid` for what the job's
 * configuration gets wrong, `lease_lost` when somebody else has taken the work.
 */
export async function makeReport(
  run: ExecutionRun,
  config: ReportConfig,
  { files, formats, datedAs = run.id }: ReportOptions,
): Promise<MadeReport> {
  const { pool } = run.services.database;
  const written = await listParts(pool, run.accountId, run.id);
  if (written.length > 0) return { parts: written, emptyColumns: [] };
  const { parts, emptyColumns } = await writeReport(run, config, files, datedAs);
  await transaction(pool, async (connection) => {
    await requireHeld(connection, run.work);
    await insertParts(connection, run.accountId, run.id, parts);
    await saveFormats(connection, run, formats);
  });
  return { parts: await listParts(pool, run.accountId, run.id), emptyColumns };
}

/** One pass over the rows for all the files. */
async function writeReport(
  run: ExecutionRun,
  config: ReportConfig,
  files: readonly FilesPlanned[],
  datedAs: Buffer,
): Promise<{ parts: NewPart[]; emptyColumns: Column[] }> {
  const { database, storage } = run.services;
  const heading = await headingOf(run, datedAs);
  const zone = heading.timezone;
  const filter = await filterOf(run, config, heading);
  const { columns, empty } = await columnsOf(run, config);
  const sets = files.map(({ set, format }, index) => {
    const { extension, write } = writers[format];
    const fileName = (nth: number) => partFileName({ id: datedAs, ...heading }, zone, nth, extension);
    return {
      ...{ set, format, fileName },
      // Whole files are one part each, numbered in the formats' order.
      ...(set === 'mail' ? { partRows: mailPartRows } : { firstPart: index + 1 }),
      storageKey: (name: string) => storageKey(run, run.work.claim, set, name),
      keyOf: (claim: number, nth: number) => storageKey(run, claim, set, fileName(nth)),
      write: (pages: AsyncIterable<CellPage[number][]>) => write(pages, { columns, zone, bom: config.bom }),
    };
  });
  await removeEarlierParts(storage, run.work.claim, sets);
  const rows = tellingRows(run, reportPages(database.pool, filter, columns, run.signal));
  return { parts: await writeParts(storage, rows, sets), emptyColumns: empty() };
}

/** The columns as they were declared; those that nobody knows now are watched for whether a row still has some. */
async function columnsOf({ services, accountId, requester }: ExecutionRun, config: ReportConfig) {
  const named = config.columns.map((column) => columnOf(columnNameOf(column), headerOf(column)));
  const columns = withDeclaredTypes(named, await listMetadataFields(services, accountId));
  return watched(columns, await unknownColumns(services, accountId, columns, requester?.scopes[0]));
}

/** The claim keeps apart what a worker that lost its lease may still be writing. */
function storageKey({ accountId, id }: ExecutionRun, claim: number, set: PartSet, fileName: string): string {
  return `reports/${accountId}/${uuidText(id)}/${claim}/${set === 'mail' ? 'mail/' : ''}${fileName}`;
}

/** Tells how many rows the report has by now. */
async function* tellingRows(run: ExecutionRun, pages: AsyncIterable<CellPage>): AsyncGenerator<CellPage> {
  let rows = 0;
  for await (const page of pages) {
    yield page;
    rows += page.length;
    run.progress({ rows });
  }
}

async function headingOf(run: ExecutionRun, datedAs: Buffer): Promise<ReportHeading> {
  const heading = await findReportHeading(run.services.database.pool, run.accountId, datedAs);
  if (!heading)
    throw new AppError('not_found', 'The execution of this report is no longer there. Have the report made anew.');
  return heading;
}

/** What the rows of an execution's report are about: the period that its dates mean, and whose it is. */
export async function reportFacts(
  run: ExecutionRun,
  config: ReportConfig,
  datedAs: Buffer,
): Promise<{ heading: ReportHeading; period: Period }> {
  const heading = await headingOf(run, datedAs);
  return { heading, period: periodOf(config.date_range, heading.timezone, heading.createdAt) };
}

function filterOf(run: ExecutionRun, config: ReportConfig, heading: ReportHeading): Promise<ReportFilter> {
  const { userId, scopes } = run.requester ?? { userId: undefined, scopes: [] };
  const { timezone, createdAt: at } = heading;
  return reportFilterOf(run.services, config, { accountId: run.accountId, userId, scopes, timezone, at });
}
