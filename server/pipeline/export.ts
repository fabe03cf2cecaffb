import type { ReportPart } from '../../db/queries/reports.ts';
import { AppError } from '../../shared/error.ts';
import { makeReport } from '../reports/report.ts';
import { type DeliverOptions, type DestinationResult, deliverParts } from './deliver.ts';
import type { ExecutionRun, ExportOutcome, Outcome } from './run.ts';

/**
 * Runs one export: makes the report's parts, then delivers them to each destination on its own. A fault in the report's
 * configuration ends it as handler_failed; what may pass or is ours is thrown for another attempt. Running it again
 * writes no part and repeats no delivery that is done.
 */
export async function runExport(run: ExecutionRun, options: DeliverOptions = {}): Promise<ExportOutcome> {
  let parts: ReportPart[];
  try {
    parts = await reportStep(run);
  } catch (thrown) {
    return { ...handlerFailure(run, thrown), rows: 0, parts: 0 };
  }
  await run.delivering();
  await run.step('deliver', deliverMessage(run, parts));
  const results = await deliverParts(run, parts, options);
  return { ...endOf(results), ...noteOf(parts), rows: rowsIn(parts), parts: parts.length };
}

async function reportStep(run: ExecutionRun): Promise<ReportPart[]> {
  if (!run.report)
    throw new AppError(
      'invalid',
      'This export job has no report configuration. Edit the job and choose what it reports.',
    );
  if (run.connectors.length === 0)
    throw new AppError('invalid', 'This export job has no destination. Edit the job and choose a connector.');
  await run.step('report');
  return makeReport(run, run.report);
}

/** What somebody has to mend ends the execution; a cancelled one is ended by whoever cancelled it. */
function handlerFailure(run: ExecutionRun, thrown: unknown): Outcome {
  if (run.signal.aborted || !(thrown instanceof AppError) || thrown.kind !== 'config') throw thrown;
  return { status: 'handler_failed', error: { code: thrown.code, message: thrown.message } };
}

function deliverMessage(run: ExecutionRun, parts: ReportPart[]): string {
  return `${counted(rowsIn(parts), 'row')} in ${counted(parts.length, 'part')} to ${counted(run.connectors.length, 'destination')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
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
