import { hash } from 'node:crypto';
import { contentColumns } from '../../../db/queries/interactions.ts';
import { newId } from '../../../db/uuid.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { absent, escapedBytes, loadText, textOfCell } from './load-text.ts';

const tab = 9;
const idBytes = 16;
const hashBytes = 12;
const firstCapacity = 1024 * 1024;
const pieceBytes = 128 * 1024;

/** What follows from a row at once: nothing to do (with the reason), or work. */
export interface Fate {
  status: number;
  unanalysedReason: number | null;
  work: 'record' | 'analyse' | undefined;
}

/** One row on its way into the table: its texts lie in the chunk's buffer, so that few objects live for long. */
export interface ChunkRow {
  index: number;
  externalId: string;
  audioUrl: string | null;
  transcriptUrl: string | null;
  callbackUrl: string | null;
  fate: Fate;
  line: number;
  /** The first 12 bytes of SHA-256 over the row's canonical text, one character a byte. */
  contentHash: string;
  /** Its LOAD DATA line, and within it the canonical text: the cells by tabs, escaped as LOAD DATA wants them. */
  start: number;
  contentStart: number;
  contentEnd: number;
  end: number;
}

/** Rows written as LOAD DATA lines into one buffer, which is used again for another chunk. */
export class ChunkBuffer {
  #bytes: Buffer;
  #length = 0;
  #ids: Buffer;
  #count = 0;

  /** `capacity` is where its bytes begin; it grows with its rows. */
  constructor(maxRows: number, capacity = firstCapacity) {
    this.#ids = Buffer.allocUnsafe(maxRows * idBytes);
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
    this.#count = 0;
  }

  /** Writes a row's line. The hash is that of the content alone, so it does not depend on the order of columns. */
  add(interaction: Interaction, line: number, fate: Fate, id = newId()): ChunkRow {
    const content = loadText(interaction);
    const start = this.#length;
    // Three bytes a character at most; twice the id and the hash, and the small fields at the end.
    const bytes = this.#room(content.length * 3 + 128);
    id.copy(this.#ids, this.#count * idBytes);
    let offset = escapedBytes(id, bytes, start);
    bytes[offset++] = tab;
    const contentStart = offset;
    offset += bytes.write(content, offset);
    const contentEnd = offset;
    const contentHash = hash('sha256', bytes.subarray(contentStart, offset), 'binary').slice(0, hashBytes);
    bytes[offset++] = tab;
    offset = escapedBytes(Buffer.from(contentHash, 'latin1'), bytes, offset);
    offset += bytes.write(`\t${line}\t${fate.status}\t${fate.unanalysedReason ?? '\\N'}\n`, offset, 'latin1');
    this.#length = offset;
    const { externalId, audioUrl, transcriptUrl, callbackUrl } = interaction;
    const index = this.#count++;
    const end = offset;
    return {
      index,
      externalId,
      audioUrl,
      transcriptUrl,
      callbackUrl,
      fate,
      line,
      contentHash,
      start,
      contentStart,
      contentEnd,
      end,
    };
  }

  /** The rows' ids one after the other, by index. */
  get ids(): Buffer {
    return this.#ids;
  }

  idOf({ index }: ChunkRow): Buffer {
    return this.#ids.subarray(index * idBytes, (index + 1) * idBytes);
  }

  /** What the row has in this column; null: nothing. */
  textOf({ contentStart, contentEnd }: ChunkRow, column: (typeof contentColumns)[number]): string | null {
    const cells = this.#bytes.toString('utf8', contentStart, contentEnd).split('\t');
    return textOfCell(cells[contentColumns.indexOf(column)] ?? absent);
  }

  /** What the rows' positions count in. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The lines of these rows, in pieces that a connection can send while it reads the next. */
  *pieces(rows: readonly ChunkRow[]): Generator<Buffer> {
    const lines = this.#lines(rows);
    for (let start = 0; start < lines.length; start += pieceBytes) yield lines.subarray(start, start + pieceBytes);
  }

  #lines(rows: readonly ChunkRow[]): Buffer {
    const isWhole = rows.every((row, index) => row.start === (rows[index - 1]?.end ?? 0));
    if (isWhole) return this.#bytes.subarray(0, rows.at(-1)?.end ?? 0);
    return Buffer.concat(rows.map(({ start, end }) => this.#bytes.subarray(start, end)));
  }

  #room(needed: number): Buffer {
    if (this.#length + needed <= this.#bytes.length) return this.#bytes;
    const larger = Buffer.allocUnsafe((this.#length + needed) * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    return larger;
  }
}
