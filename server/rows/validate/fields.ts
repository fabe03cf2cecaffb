import { limits, type RowCode } from '../../../shared/interaction.ts';
import type { RowProblem } from '../parse/scanner.ts';

/** Thrown by the checks of one row, and caught where rows are sorted into good and rejected. */
export class RowRejected extends Error {
  readonly problem: RowProblem;

  constructor(code: RowCode, reason: string, column?: string) {
    super(reason);
    this.problem = column === undefined ? { code, reason } : { code, reason, column };
  }
}

const wholeNumber = /^\d{1,10}$/;

export function readSeconds(text: string, column: string): number | null {
  if (text === '') return null;
  const seconds = wholeNumber.test(text) ? Number(text) : Number.NaN;
  if (seconds <= limits.durationSeconds) return seconds;
  throw new RowRejected('bad_number', `${column} is ${shown(text)}; it must be a whole number of seconds.`, column);
}

const truths = new Map([
  ['', false],
  ['false', false],
  ['no', false],
  ['0', false],
  ['true', true],
  ['yes', true],
  ['1', true],
]);

export function readTruth(text: string, column: string): boolean {
  const truth = truths.get(text.toLowerCase());
  if (truth !== undefined) return truth;
  throw new RowRejected('bad_boolean', `${column} is ${shown(text)}; it must be true or false.`, column);
}

/** The text, or null where it is empty. Throws where it is longer than `maxLength` characters. */
export function readText(text: string, column: string, maxLength: number): string | null {
  if (text.length > maxLength)
    throw new RowRejected('too_long', `${column} has ${text.length} characters; ${maxLength} are the most.`, column);
  return text === '' ? null : text;
}

/** Throws where the text has more than `maxBytes` bytes in UTF-8. */
export function requireBytes(text: string, column: string, maxBytes: number): void {
  if (hasAtMost(text, maxBytes)) return;
  const bytes = Buffer.byteLength(text);
  throw new RowRejected(
    'too_long',
    `${column} has ${bytes.toLocaleString('en')} bytes; ${maxBytes.toLocaleString('en')} are the most.`,
    column,
  );
}

/** Whether the text has at most so many bytes in UTF-8. */
export function hasAtMost(text: string, bytes: number): boolean {
  // No character takes more than three bytes for each of its UTF-16 units, and none less than one.
  return text.length * 3 <= bytes || (text.length <= bytes && Buffer.byteLength(text) <= bytes);
}

/** A value as it is quoted in a reason. */
export function shown(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
