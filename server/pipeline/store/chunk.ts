import { hash } from 'node:crypto';
import { newId } from '../../../db/uuid.ts';
import type { Interaction } from '../validate/interaction.ts';
import { escapedBytes, loadText } from './load-text.ts';

const tab = 9;
const lineFeed = 10;
const hashBytes = 12;
const firstCapacity = 1024 * 1024;

/** What follows from a row at once: nothing to do (with the reason), or work. */
export interface Fate {
  status: number;
  unanalysedReason: number | null;
  work: 'record' | 'analyse' | undefined;
}

/** One row on its way into the table. */
export interface ChunkRow {
  id: Buffer;
  interaction: Interaction;
  fate: Fate;
  line: number;
  /** The first 12 bytes of SHA-256 over the row's canonical text, one character a byte. */
  contentHash: string;
  /** Where its LOAD DATA line lies in the chunk's buffer. */
  start: number;
  end: number;
}

/** Rows written as LOAD DATA lines into one buffer, which is used again for the next chunk. */
export class ChunkBuffer {
  #bytes = Buffer.allocUnsafe(firstCapacity);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Writes a row's line. The hash is that of the content alone, so it does not depend on the order of columns. */
  add(interaction: Interaction, line: number, fate: Fate): ChunkRow {
    const id = newId();
    const content = loadText(interaction);
    const start = this.#length;
    // Twice the id and the hash, three bytes a character, and the small fields at the end.
    const bytes = this.#room(content.length * 3 + 128);
    let offset = escapedBytes(id, bytes, start);
    bytes[offset++] = tab;
    const contentStart = offset;
    offset += bytes.write(content, offset);
    const contentHash = hash('sha256', bytes.subarray(contentStart, offset), 'binary').slice(0, hashBytes);
    bytes[offset++] = tab;
    offset = escapedBytes(Buffer.from(contentHash, 'latin1'), bytes, offset);
    offset += bytes.write(`\t${line}\t${fate.status}\t${fate.unanalysedReason ?? '\\N'}`, offset, 'latin1');
    bytes[offset++] = lineFeed;
    this.#length = offset;
    return { id, interaction, fate, line, contentHash, start, end: offset };
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

const pieceBytes = 128 * 1024;
