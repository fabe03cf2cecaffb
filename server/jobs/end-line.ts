import type { NewLogLine } from '../../db/queries/execution-log.ts';
import type { ExecutionEnd } from '../../db/queries/execution-progress.ts';
import type { ExecutionStatus, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import { counted } from '../words.ts';

const said: Partial<Record<ExecutionStatus, string>> = {
  success: 'Completed.',
  partial_success: 'Completed in part.',
  handler_failed: 'Failed.',
  delivery_failed: 'Nothing could be delivered.',
  cancelled: 'Cancelled. What was stored until then stays.',
};

/** The last line of a run's log: how it ended, with its counts. */
export function endLine(type: JobType, { status, items, rows, parts, error }: ExecutionEnd): NewLogLine {
  const counts = type === 'data_import' ? importCounts(items, rows) : exportCounts(rows, parts);
  const hasNotBegun = status === 'cancelled' && rows === undefined;
  const what = hasNotBegun ? 'Cancelled before it began.' : (said[status] ?? status);
  const message = [what, ...counts, ...(error ? [error.message] : [])].join(' ');
  return { level: levelOf(status), message, ageMs: 0 };
}

function levelOf(status: ExecutionStatus): NewLogLine['level'] {
  if (status === 'success' || status === 'cancelled') return 'info';
  return status === 'partial_success' ? 'warn' : 'error';
}

function importCounts(items: ItemCounts | undefined, rows: RowCounts | undefined): string[] {
  return [...(items ? [itemsSentence(items)] : []), ...(rows ? [rowsSentence(rows)] : [])];
}

function itemsSentence({ listed, done, unchanged, waiting, failed }: ItemCounts): string {
  return sentence(counted(listed, 'item'), { read: done, unchanged, waiting, failed });
}

function rowsSentence({ listed, imported, updated, duplicate, rejected }: RowCounts): string {
  return sentence(counted(listed, 'row'), { imported, updated, duplicate, rejected });
}

function exportCounts(rows: RowCounts | undefined, parts: number | undefined): string[] {
  if (!rows || parts === undefined) return [];
  return [`${counted(rows.listed, 'row')} in ${counted(parts, 'part')}.`];
}

/** `12 items: 3 read, 9 unchanged.` */
function sentence(total: string, parts: Record<string, number>): string {
  const named = Object.entries(parts).filter(([, count]) => count > 0);
  if (named.length === 0) return `${total}.`;
  return `${total}: ${named.map(([name, count]) => `${count.toLocaleString('en')} ${name}`).join(', ')}.`;
}
