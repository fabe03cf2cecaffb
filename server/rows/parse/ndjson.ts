import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { damaged } from './damaged.ts';
import { decode } from './decode.ts';
import type { TextEncoding } from './encoding.ts';
import { maxRowLength, type RowProblem, rawLength } from './scanner.ts';

/** One line of an NDJSON file; its text is complete unless there is a problem. */
export interface NdjsonLine {
  /** The file's first line is 1. */
  line: number;
  /** Without the line end. */
  raw: string;
  problem: RowProblem | undefined;
}

/**
 * Reads an NDJSON file's lines, a block at a time; blank ones are passed over. JSON is UTF-8 by its standard, so bytes
 * that are not are the line's mistake and not guessed at. Throws `invalid` where the file is one JSON list.
 */
export async function* readNdjson(bytes: ByteStream, found: TextEncoding): AsyncGenerator<NdjsonLine[]> {
  const encoding: TextEncoding =
    found.encoding === 'win1252' ? { encoding: 'utf8', markLength: 0, isDamaged: true } : found;
  const scanner = new LineScanner();
  const check = encoding.isDamaged || encoding.encoding !== 'utf8';
  for await (const text of decode(bytes, encoding)) yield checked(scanner.push(text), check);
  yield checked(scanner.push('\n'), check);
}

function checked(lines: NdjsonLine[], isNeeded: boolean): NdjsonLine[] {
  if (isNeeded) for (const line of lines) if (damaged.test(line.raw)) line.problem ??= badEncoding;
  return lines;
}

/** Splits blocks of text, which may be cut anywhere, into lines of at most `maxLength` characters. */
export class LineScanner {
  readonly #maxLength: number;
  #rest = '';
  #line = 1;
  #hasBegun = false;
  /** Within a line that is too long and was told already. */
  #isSkipping = false;

  constructor(maxLength = maxRowLength) {
    this.#maxLength = maxLength;
  }

  /** The lines that end within the text given so far. */
  push(text: string): NdjsonLine[] {
    const lines: NdjsonLine[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#add(text.slice(start, end), lines);
      this.#rest = '';
      this.#isSkipping = false;
      this.#line++;
      start = end + 1;
    }
    this.#keep(text.slice(start), lines);
    return lines;
  }

  #add(end: string, lines: NdjsonLine[]): void {
    if (this.#isSkipping) return;
    const raw = (this.#rest + end).trimEnd();
    if (raw.length > this.#maxLength) lines.push(this.#tooLong(raw));
    else if (raw.trimStart() !== '') lines.push({ line: this.#line, raw: this.#first(raw), problem: undefined });
  }

  /** The beginning of a line whose end is not here yet. */
  #keep(text: string, lines: NdjsonLine[]): void {
    if (this.#isSkipping) return;
    this.#rest += text;
    if (this.#rest.length <= this.#maxLength) return;
    lines.push(this.#tooLong(this.#rest));
    this.#rest = '';
    this.#isSkipping = true;
  }

  #tooLong(text: string): NdjsonLine {
    // A copy: a slice would keep the whole line in memory for as long as it waits to be stored.
    const raw = Buffer.from(this.#first(text).slice(0, rawLength)).toString();
    const limit = this.#maxLength.toLocaleString('en');
    return {
      line: this.#line,
      raw,
      problem: { code: 'row_too_large', reason: `The line is longer than ${limit} characters.` },
    };
  }

  #first(raw: string): string {
    if (!this.#hasBegun && raw.trimStart().startsWith('['))
      throw new AppError(
        'invalid',
        'The file is one JSON list, not NDJSON. Write each interaction as a JSON object on a line of its own, without brackets and commas around them.',
      );
    this.#hasBegun = true;
    return raw;
  }
}

const badEncoding: RowProblem = {
  code: 'bad_encoding',
  reason: 'The line holds bytes that are not valid UTF-8. Save the file as UTF-8.',
};
