import type { LedgerSums } from '../../../db/queries/source-sums.ts';
import { AppError, type Failure } from '../../../shared/error.ts';
import type { ItemCounts } from '../../../shared/execution.ts';
import { requireSums } from '../counts.ts';
import { tooManyRejected } from '../rejected-limit.ts';
import type { ImportOutcome, Outcome } from '../run.ts';

interface Counted {
  items: ItemCounts;
  sums: LedgerSums;
}

/** How an import ended, by its counts. Throws `internal` when they do not add up: wrong counts are never shown. */
export function outcomeOf(counted: Counted, maxRejectedPercent: number | undefined): ImportOutcome {
  const { items, sums } = counted;
  requireSums(items, sums.rows);
  requireAllAccounted(sums);
  const result = { items, counts: sums.rows };
  const overLimit = tooManyRejected(sums.rows, maxRejectedPercent, 'rows');
  const error = overLimit ?? failureOf(counted);
  const note = noteOf(counted);
  if (error && (overLimit || haveAllFailed(items))) return { status: 'handler_failed', ...result, note, error };
  if (error) return { status: 'partial_success', ...result, note, error };
  return { status: 'success', ...result, note };
}

/** The ledger's two ways of counting agree: what was read, and what became of it. */
function requireAllAccounted({ records, rows }: LedgerSums): void {
  if (records === rows.listed) return;
  throw new AppError('internal', `Of ${records} rows read only ${rows.listed} are accounted for.`);
}

function haveAllFailed({ failed, listed }: ItemCounts): boolean {
  return failed > 0 && failed === listed;
}

function failureOf({ items, sums }: Counted): Failure | undefined {
  if (items.failed <= 1 || !sums.firstFailure) return sums.firstFailure;
  const { code, message } = sums.firstFailure;
  return { code, message: `${items.failed} items could not be read. The first: ${message}` };
}

/** `12 rejected`, `no_data`, `2 waiting`: what a person should see beside the status. */
function noteOf({ items, sums }: Counted): string | undefined {
  const notes: string[] = [];
  if (items.failed > 0) notes.push(`${items.failed} of ${items.listed} items failed`);
  if (sums.rows.rejected > 0) notes.push(`${sums.rows.rejected} rejected`);
  if (sums.rows.listed === 0 && items.failed === 0) notes.push('no_data');
  if (items.waiting > 0) notes.push(`${items.waiting} waiting`);
  return notes.length > 0 ? notes.join(', ') : undefined;
}

/** As many characters as the execution's note holds. */
const noteLengthMost = 500;
const cutMark = ' …';

/** The outcome with more notes behind its own; what is too long ends after a whole word. */
export function withNotes<Ended extends Outcome>(outcome: Ended, more: readonly (string | undefined)[]): Ended {
  const note = [outcome.note, ...more].filter((part) => part !== undefined && part !== '').join(', ');
  return note === '' ? outcome : { ...outcome, note: shortened(note) };
}

function shortened(note: string): string {
  if (note.length <= noteLengthMost) return note;
  const room = note.slice(0, noteLengthMost - cutMark.length + 1);
  const [words = ''] = /^.*(?=\s)/su.exec(room) ?? [];
  return `${words === '' ? room.slice(0, -1) : words.trimEnd()}${cutMark}`;
}
