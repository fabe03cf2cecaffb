import { findReportOwner, openDestinations, retryChain } from '../../db/queries/execution-retry.ts';
import { listParts, mainParts, type ReportPart, reportedParts } from '../../db/queries/reports.ts';
import { AppError } from '../../shared/error.ts';
import type { ReportConfig } from '../../shared/report.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import { mailTypes } from '../connectors/registry.ts';
import type { Column } from '../reports/columns.ts';
import { whyEmpty } from '../reports/unknown-columns.ts';
import { counted, sized } from '../words.ts';
import type { DestinationResult } from './deliver/destination.ts';
import type { ReportAbout } from './deliver/mail.ts';
import { type DeliveryPlan, planDelivery } from './deliver/plan.ts';
import { type DeliverOptions, deliverParts } from './deliver.ts';
import { withNotes } from './import/outcome.ts';
import { makeReport, reportFacts } from './report.ts';
import type { ExecutionRun, ExportOutcome, Outcome } from './run.ts';

/**
 * Runs one export: makes the report's parts, then delivers them to each destination on its own. A fault in the report's
 * configuration ends it as handler_failed; what may pass or is ours is thrown for another attempt. Running it again
 * writes no part and repeats no delivery that is done.
 */
export async function runExport(run: ExecutionRun, options: DeliverOptions = {}): Promise<ExportOutcome> {
  let made: Made;
  const retried = await retriedReport(run);
  try {
    const destinations = await destinationsOf(run, retried);
    made = { destinations, ...(await reportStep(run, destinations, retried)) };
  } catch (thrown) {
    return { ...handlerFailure(run, thrown), rows: 0, parts: 0 };
  }
  const { destinations, parts, formats } = made;
  const { reportOf } = retried;
  const reported = reportedParts(parts);
  const counts = { rows: rowsIn(reported), parts: reported.length };
  sayReport(run, parts);
  await run.delivering();
  await run.step('deliver', deliverMessage(destinations.length, parts));
  const about = () => aboutReport(run, made, retried, counts.rows);
  const results = await deliverParts(run, { destinations, parts, reportOf, formats, about }, options);
  return withNotes({ ...endOf(results), ...noteOf(reported), ...counts }, [
    emptyNote(run, made.emptyColumns, counts.rows),
  ]);
}

interface Made {
  destinations: LoadedConnector[];
  report: ReportConfig;
  /** Of all sets. */
  parts: ReportPart[];
  formats: DeliveryPlan['formats'];
  emptyColumns: readonly Column[];
}

interface RetriedReport {
  /** The execution whose report is delivered; the run itself makes its own. */
  reportOf: Buffer;
  /** The execution whose days a report is about that is still to be made. */
  datedAs: Buffer;
}

/** A retry delivers the report that is there, of the same rows; where there is none yet, it makes the one that was meant. */
async function retriedReport({ services, accountId, id, retryOf }: ExecutionRun): Promise<RetriedReport> {
  if (!retryOf) return { reportOf: id, datedAs: id };
  const { pool } = services.database;
  const chain = await retryChain(pool, accountId, id);
  return { reportOf: (await findReportOwner(pool, accountId, chain)) ?? id, datedAs: chain.at(-1) ?? id };
}

/** Of a retry only those that do not have everything. */
async function destinationsOf(run: ExecutionRun, { reportOf }: RetriedReport): Promise<LoadedConnector[]> {
  const { services, accountId, id: asOf, connectors } = run;
  if (reportOf.equals(run.id)) return connectors;
  const open = await openDestinations(services.database.pool, accountId, { reportOf, asOf, mailTypes });
  const left = connectors.filter(({ id }) => open.has(id));
  if (left.length === 0) throw noDestination();
  const others = connectors.length - left.length;
  if (others > 0) run.log('info', `${counted(others, 'destination')} left out: everything was delivered there.`);
  return left;
}

function noDestination(): AppError {
  return new AppError(
    'invalid',
    'The destinations that did not get this report do not belong to the job any more. Choose them again in the job, then retry.',
  );
}

async function reportStep(
  run: ExecutionRun,
  destinations: readonly LoadedConnector[],
  { reportOf, datedAs }: RetriedReport,
): Promise<Omit<Made, 'destinations'>> {
  const { report, services, accountId } = run;
  if (!report)
    throw new AppError(
      'invalid',
      'This export job has no report configuration. Edit the job and choose what it reports.',
    );
  if (destinations.length === 0)
    throw new AppError('invalid', 'This export job has no destination. Edit the job and choose a connector.');
  await run.step('report');
  const plan = planDelivery(destinations, report);
  const { parts, emptyColumns } = reportOf.equals(run.id)
    ? await makeReport(run, report, { ...plan, datedAs })
    : { parts: await listParts(services.database.pool, accountId, reportOf), emptyColumns: [] };
  return { report, parts, formats: plan.formats, emptyColumns };
}

/** What to know about columns that came out empty because nobody knows them any more. Tells each in the log. */
function emptyNote(run: ExecutionRun, columns: readonly Column[], rows: number): string | undefined {
  if (columns.length === 0 || rows === 0) return undefined;
  for (const column of columns)
    run.log(
      'warn',
      `The column "${column.header}" is empty: ${whyEmpty(column)}. Choose another column in the job's report, or take it out.`,
    );
  return `${counted(columns.length, 'unknown column')} left empty: ${columns.map(({ header }) => header).join(', ')}`;
}

async function aboutReport(
  run: ExecutionRun,
  { report }: Made,
  { datedAs }: RetriedReport,
  rows: number,
): Promise<ReportAbout> {
  const { heading, period } = await reportFacts(run, report, datedAs);
  const { jobName: name, accountName, timezone } = heading;
  return { name, accountName, timezone, period, rows };
}

/** What somebody has to mend ends the execution; a cancelled one is ended by whoever cancelled it. */
function handlerFailure(run: ExecutionRun, thrown: unknown): Outcome {
  if (run.signal.aborted || !(thrown instanceof AppError) || thrown.kind !== 'config') throw thrown;
  return { status: 'handler_failed', error: { code: thrown.code, message: thrown.message } };
}

function sayReport(run: ExecutionRun, parts: ReportPart[]): void {
  const rows = rowsIn(reportedParts(parts));
  const files = mainParts(parts);
  const names = files.slice(0, 10).map(({ fileName, byteSize }) => `${fileName} (${sized(byteSize)})`);
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : '';
  const what =
    rows === 0
      ? 'There is nothing in the period; the report has its headings alone'
      : `The report has ${counted(rows, 'row')}`;
  run.log('info', `${what}: ${names.join(', ')}${more}.`);
}

function deliverMessage(destinations: number, parts: ReportPart[]): string {
  const reported = reportedParts(parts);
  const formats = new Set(mainParts(parts).map(({ format }) => format)).size;
  const inFormats = formats > 1 ? `, in ${formats} formats,` : '';
  const what = `${counted(rowsIn(reported), 'row')} in ${counted(reported.length, 'part')}`;
  return `${what}${inFormats} to ${counted(destinations, 'destination')}`;
}

function rowsIn(parts: ReportPart[]): number {
  return parts.reduce((sum, part) => sum + part.rowCount, 0);
}

function noteOf(parts: ReportPart[]): { note?: string } {
  return rowsIn(parts) === 0 ? { note: 'no_data' } : {};
}

function endOf(results: DestinationResult[]): Outcome {
  const failed = results.filter((result) => result.failure !== undefined);
  const first = failed[0]?.failure;
  if (!first) return { status: 'success' };
  const message = failed.map(({ name, failure }) => `${name}: ${failure?.message}`).join(' · ');
  const status = failed.length === results.length ? 'delivery_failed' : 'partial_success';
  return { status, error: { code: first.code, message } };
}
