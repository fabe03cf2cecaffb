import { contentColumns, type InsertText } from '../../../db/queries/interactions.ts';
import type { ChunkBuffer, ChunkRow } from './chunk.ts';

const tab = 9;
const quote = 39;
const comma = 44;
const backslash = 92;
const capitalN = 78;
const closing = 41;
const idBytes = 16;
const hexDigits = Buffer.from('0123456789abcdef');

const columnCount = contentColumns.length;
const timeColumn = contentColumns.indexOf('interaction_start_time');
const numberColumns: readonly number[] = [
  contentColumns.indexOf('duration_seconds'),
  contentColumns.indexOf('pii_redacted'),
];
const isNumber = contentColumns.map((_, index) => numberColumns.includes(index));
const everyColumn = contentColumns.map(() => true);

/** What a row has beside its content: id, hash, quotes and commas, line, status and reason. */
const bytesBeside = 256;

/**
 * Writes rows as text of a multi-row INSERT; each ends with `common` and the time at which it occurred. Tabs, line feeds
 * and backslashes are escaped in SQL as in LOAD DATA, so a cell needs quotes and no more. The connection is UTF-8, where
 * no byte of a character is a quote or a backslash. It works on bytes, because many short strings that live as long as
 * a statement cost more than the rest of the import.
 */
export class InsertWriter {
  readonly #common: string;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(common: string) {
    this.#common = common;
  }

  /** Columns that no row fills are left out, because the server's time goes by the number of values; `all` keeps them. */
  write(buffer: ChunkBuffer, rows: readonly ChunkRow[], { all = false } = {}): InsertText {
    const used = all ? everyColumn : filledColumns(buffer.bytes, rows);
    this.#makeRoom(rows);
    for (const row of rows) this.#row(buffer, row, used);
    return {
      columns: contentColumns.filter((_, index) => used[index]),
      values: this.#bytes.toString('utf8', 0, this.#length),
    };
  }

  #makeRoom(rows: readonly ChunkRow[]): void {
    let needed = 0;
    // Every byte may be a quote, which takes two; the time stands twice.
    for (const { contentStart, contentEnd } of rows)
      needed += (contentEnd - contentStart) * 3 + bytesBeside + this.#common.length;
    if (needed > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(needed);
    this.#length = 0;
  }

  #row(buffer: ChunkBuffer, row: ChunkRow, used: readonly boolean[]): void {
    const source = buffer.bytes;
    const bytes = this.#bytes;
    const { contentHash, contentEnd } = row;
    const idStart = row.index * idBytes;
    let offset = writeText(this.#length === 0 ? "(x'" : ",(x'", bytes, this.#length);
    for (let index = 0; index < idBytes; index++) offset = writeHex(buffer.ids[idStart + index] ?? 0, bytes, offset);
    offset = writeText("',", bytes, offset);
    let timeStart = 0;
    let timeEnd = 0;
    let start = row.contentStart;
    for (let column = 0; column < columnCount; column++) {
      const end = cellEnd(source, start, contentEnd);
      if (column === timeColumn) {
        timeStart = start;
        timeEnd = end;
      }
      if (used[column]) {
        offset = writeCell(source, start, end, isNumber[column] ?? false, bytes, offset);
        bytes[offset++] = comma;
      }
      start = end + 1;
    }
    offset = writeText("x'", bytes, offset);
    for (let index = 0; index < contentHash.length; index++)
      offset = writeHex(contentHash.charCodeAt(index), bytes, offset);
    const { status, unanalysedReason } = row.fate;
    const rest = `',${row.line},${status},${unanalysedReason ?? 'NULL'},${this.#common},`;
    offset += bytes.write(rest, offset, 'latin1');
    if (isAbsent(source, timeStart, timeEnd)) offset = writeText('NOW(3)', bytes, offset);
    else offset = writeCell(source, timeStart, timeEnd, false, bytes, offset);
    bytes[offset++] = closing;
    this.#length = offset;
  }
}

/** These write into `bytes` at `offset` and return where the next byte goes. */
function writeCell(source: Buffer, start: number, end: number, isBare: boolean, bytes: Buffer, at: number): number {
  if (isAbsent(source, start, end)) return writeText('NULL', bytes, at);
  let offset = at;
  if (!isBare) bytes[offset++] = quote;
  for (let position = start; position < end; position++) {
    const byte = source[position] ?? 0;
    if (byte === quote) bytes[offset++] = backslash;
    bytes[offset++] = byte;
  }
  if (!isBare) bytes[offset++] = quote;
  return offset;
}

function writeHex(byte: number, bytes: Buffer, offset: number): number {
  bytes[offset] = hexDigits[byte >> 4] ?? 0;
  bytes[offset + 1] = hexDigits[byte & 15] ?? 0;
  return offset + 2;
}

/** Short and ASCII only. */
function writeText(text: string, bytes: Buffer, offset: number): number {
  for (let index = 0; index < text.length; index++) bytes[offset + index] = text.charCodeAt(index);
  return offset + text.length;
}

function filledColumns(source: Buffer, rows: readonly ChunkRow[]): boolean[] {
  const filled = contentColumns.map(() => false);
  for (const { contentStart, contentEnd } of rows) {
    let start = contentStart;
    for (let column = 0; column < columnCount; column++) {
      const end = cellEnd(source, start, contentEnd);
      if (!filled[column] && !isAbsent(source, start, end)) filled[column] = true;
      start = end + 1;
    }
  }
  return filled;
}

function cellEnd(source: Buffer, start: number, limit: number): number {
  let end = start;
  while (end < limit && source[end] !== tab) end++;
  return end;
}

/** `\N` */
function isAbsent(source: Buffer, start: number, end: number): boolean {
  return end - start === 2 && source[start] === backslash && source[start + 1] === capitalN;
}
