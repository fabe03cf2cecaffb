import { AppError } from '../../../shared/error.ts';
import type { RowCode } from '../../../shared/interaction.ts';
import { isLineEnd, lineEndsBetween, nextLineStart } from './lines.ts';

export interface RowProblem {
  code: RowCode;
  /** The header's name of the column at fault, where one is. */
  column?: string;
  /** Plain words for the person who mends the file. */
  reason: string;
}

/** One row of a CSV file; its fields are complete unless there is a problem. */
export interface CsvRow {
  /** The physical line on which it begins; the file's first line is 1. */
  line: number;
  fields: string[];
  /** Its text as it stands in the file. */
  raw: string;
  problem: RowProblem | undefined;
}

const quote = 34;
const lf = 10;
/** How many of the lines that a broken row seems to have swallowed are looked at. */
const linesLookedAt = 20;

/** Characters of one row, ten times what the largest transcript needs. Longer ones are not kept in memory. */
export const maxRowLength = 1_048_576;
/** Characters that are given of a row that is rejected: one more than is kept, so that a longer row is known as such. */
export const rawLength = 4097;

type Reading = 'complete' | 'incomplete' | 'malformed';

/**
 * Reads RFC 4180 rows from blocks of text that may be cut anywhere. A quote that is never closed costs its own row
 * alone: reading goes on at the next physical line, which libraries do not do.
 */
export class CsvScanner {
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  readonly #maxRowLength: number;
  #text = '';
  #position = 0;
  #line = 1;
  #header: string[] | undefined;
  #rows: CsvRow[] = [];
  /** Set while the rest of a row that is too large is passed over. */
  #skipping: { quoted: boolean; atFieldStart: boolean } | undefined;

  // What the last call of #read found.
  #fields: string[] = [];
  #end = 0;
  #openQuote = -1;
  #firstBreak = -1;

  constructor(delimiter: string, maxLength = maxRowLength) {
    this.#delimiter = delimiter;
    this.#delimiterCode = delimiter.charCodeAt(0);
    this.#maxRowLength = maxLength;
  }

  /** The fields of the first row, once it was read; it is not among the rows. Every other row has as many columns. */
  get header(): readonly string[] | undefined {
    return this.#header;
  }

  /** The rows that end within the text given so far. */
  push(text: string): CsvRow[] {
    this.#text = this.#text === '' ? text : this.#text + text;
    while (this.#next());
    this.#text = this.#text.slice(this.#position);
    this.#position = 0;
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** The rest, once there is no more text. */
  end(): CsvRow[] {
    // With a line end after the last row, the end of the file needs no rules of its own.
    const rows = this.push(this.#text.endsWith('\n') ? '' : '\n');
    while (this.#text !== '' && !this.#skipping) {
      this.#giveUp();
      for (const row of this.push('')) rows.push(row);
    }
    return rows;
  }

  /** Takes one row; false when more text is needed. */
  #next(): boolean {
    if (this.#skipping) return this.#skip();
    const start = this.#position;
    const limit = start + this.#maxRowLength;
    const reading = this.#read(start, Math.min(this.#text.length, limit));
    if (reading === 'complete') return this.#accept(start);
    if (reading === 'malformed') return this.#rejectMalformed(start);
    if (this.#text.length >= limit) return this.#rejectTooLarge(start, limit);
    return false;
  }

  /** Reads the row at `start` into #fields, never looking at `limit` or past it. */
  #read(start: number, limit: number): Reading {
    const text = this.#text;
    const delimiter = this.#delimiterCode;
    const fields: string[] = [];
    let position = start;
    this.#openQuote = -1;
    this.#firstBreak = -1;
    for (;;) {
      let end = position;
      if (position < limit && text.charCodeAt(position) === quote) {
        end = this.#closingQuote(position, limit);
        if (end < 0) return 'incomplete';
        fields.push(this.#quotedValue(position, end));
        end++;
        const after = text.charCodeAt(end);
        if (after !== delimiter && !isLineEnd(after)) return 'malformed';
      } else {
        while (end < limit) {
          const code = text.charCodeAt(end);
          if (code === delimiter || isLineEnd(code)) break;
          end++;
        }
        if (end >= limit) return 'incomplete';
        fields.push(text.slice(position, end));
      }
      position = end + 1;
      if (text.charCodeAt(end) === delimiter) continue;
      this.#end = nextLineStart(text, end, limit);
      this.#fields = fields;
      return this.#end < 0 ? 'incomplete' : 'complete';
    }
  }

  /** Where the quote that opens at `opening` closes, or -1 when that is not in sight. */
  #closingQuote(opening: number, limit: number): number {
    const text = this.#text;
    this.#openQuote = opening;
    let closing = opening;
    for (;;) {
      closing = text.indexOf('"', closing + 1);
      if (closing < 0 || closing + 1 >= limit) return -1;
      if (text.charCodeAt(closing + 1) !== quote) return closing;
      closing++;
    }
  }

  #quotedValue(opening: number, closing: number): string {
    const value = this.#text.slice(opening + 1, closing);
    if (this.#firstBreak < 0 && hasLineEnd(value)) this.#firstBreak = opening;
    return value.includes('"') ? value.replaceAll('""', '"') : value;
  }

  #accept(start: number): boolean {
    const fields = this.#fields;
    const expected = this.#header?.length;
    if (fields.length === expected) {
      const lines = this.#firstBreak < 0 ? 1 : lineEndsBetween(this.#text, start, this.#end);
      this.#rows.push({ line: this.#line, fields, raw: this.#text.slice(start, this.#end), problem: undefined });
      this.#line += lines;
      this.#position = this.#end;
    } else if (fields.length === 1 && (fields[0] ?? '').trim() === '') this.#advance(this.#end);
    else if (expected === undefined) {
      this.#header = fields;
      this.#advance(this.#end);
    } else if (this.#firstBreak >= 0 && this.#swallowsRows(this.#firstBreak, this.#end))
      this.#reject(start, nextLineStart(this.#text, this.#firstBreak, this.#end), unclosedQuote);
    else this.#reject(start, this.#end, wrongColumnCount(fields.length, expected));
    return true;
  }

  #rejectMalformed(start: number): boolean {
    const limit = Math.min(this.#text.length, start + this.#maxRowLength);
    const opening = this.#openQuote;
    const resume = nextLineStart(this.#text, opening, limit);
    if (resume < 0) return this.#text.length >= start + this.#maxRowLength && this.#rejectTooLarge(start, limit);
    const closing = this.#closingQuote(opening, limit);
    if (resume <= closing) this.#reject(start, resume, unclosedQuote);
    else this.#reject(start, resume, strayQuote);
    return true;
  }

  #rejectTooLarge(start: number, limit: number): boolean {
    if (this.#openQuote >= 0 && this.#swallowsRows(this.#openQuote, limit)) {
      this.#reject(start, nextLineStart(this.#text, this.#openQuote, limit), unclosedQuote);
      return true;
    }
    this.#keepRejected(start, limit, tooLarge(this.#maxRowLength));
    this.#skipping = { quoted: false, atFieldStart: true };
    return true;
  }

  /** At the end of the file inside quotes: the quote was never closed. */
  #giveUp(): void {
    const resume = nextLineStart(this.#text, Math.max(this.#openQuote, 0), this.#text.length);
    this.#reject(0, resume < 0 ? this.#text.length : resume, unclosedQuote);
  }

  #reject(start: number, end: number, problem: RowProblem): void {
    this.#keepRejected(start, end, problem);
    this.#advance(end);
  }

  #keepRejected(start: number, end: number, problem: RowProblem): void {
    if (this.#header === undefined)
      throw new AppError('invalid', `The header, the first line of the file, cannot be read. ${problem.reason}`);
    // A copy: a slice would keep the whole block of text in memory for as long as the row waits to be stored.
    const raw = Buffer.from(this.#text.slice(start, Math.min(end, start + rawLength))).toString();
    this.#rows.push({ line: this.#line, fields: [], raw, problem });
  }

  #advance(end: number): void {
    this.#line += lineEndsBetween(this.#text, this.#position, end);
    this.#position = end;
  }

  /**
   * Whether half or more of the lines after the quote at `opening` are rows by themselves: then the quote was forgotten, and
   * what looks like one long field is the rows that follow it.
   */
  #swallowsRows(opening: number, limit: number): boolean {
    const reader = new CsvScanner(this.#delimiter);
    let lines = 0;
    let rows = 0;
    let start = nextLineStart(this.#text, opening, limit);
    while (start >= 0 && start < limit && lines < linesLookedAt) {
      const end = nextLineStart(this.#text, start, limit);
      if (end < 0) break;
      reader.#text = this.#text.slice(start, end);
      const isRow = reader.#read(0, end - start) === 'complete' && reader.#fields.length === this.#header?.length;
      if (isRow) rows++;
      lines++;
      start = end;
    }
    return rows > 0 && rows * 2 >= lines;
  }

  /** Passes over a row that is too large; false when its end is not in sight. */
  #skip(): boolean {
    const text = this.#text;
    let { quoted, atFieldStart } = this.#skipping ?? { quoted: false, atFieldStart: true };
    let position = this.#position;
    for (; position < text.length; position++) {
      const code = text.charCodeAt(position);
      // What a quote or a CR means depends on the character after it.
      if (position + 1 === text.length && code !== lf) break;
      const after = text.charCodeAt(position + 1);
      if (isLineEnd(code)) {
        if (code !== lf && after === lf) position++;
        this.#line++;
        if (quoted) continue;
        this.#position = position + 1;
        this.#skipping = undefined;
        return true;
      }
      if (quoted && code === quote && after === quote) position++;
      else if (quoted) quoted = code !== quote;
      else {
        quoted = code === quote && atFieldStart;
        atFieldStart = code === this.#delimiterCode;
      }
    }
    this.#position = position;
    this.#skipping = { quoted, atFieldStart };
    return false;
  }
}

function hasLineEnd(value: string): boolean {
  return value.includes('\n') || value.includes('\r');
}

const unclosedQuote: RowProblem = {
  code: 'unclosed_quote',
  reason: 'A field of this row begins with a quote that is not closed. Close it, or write it twice where it is meant.',
};

const strayQuote: RowProblem = {
  code: 'stray_quote',
  reason: 'A quoted field of this row goes on after its closing quote. A quote inside a quoted field is written twice.',
};

function wrongColumnCount(found: number, expected: number): RowProblem {
  const reason = `The row has ${found} ${found === 1 ? 'column' : 'columns'}, the header has ${expected}.`;
  return { code: 'wrong_column_count', reason };
}

function tooLarge(limit: number): RowProblem {
  return { code: 'row_too_large', reason: `The row is longer than ${limit.toLocaleString('en')} characters.` };
}
