import type { RejectedRow } from '../../../db/queries/rejected-rows.ts';
import type { ScratchFile } from '../fetch/scratch.ts';
import type { ImportSettings } from '../import-settings.ts';
import { readCsv } from '../parse/csv.ts';
import { readHeader } from '../parse/header.ts';
import type { CsvRow, RowProblem } from '../parse/scanner.ts';
import { isProblem, RowValidator } from '../validate/validate.ts';
import { ChunkBuffer, type ChunkRow } from './chunk.ts';
import { fateOf } from './fate.ts';
import type { Chunk } from './store.ts';

const maxRows = 5_000;
const maxBytes = 4 * 1024 * 1024;

/**
 * Parses and validates a file's rows into chunks. The first `skip` records were stored before and are passed over. A
 * chunk's buffer is used again after the next but one chunk was asked for, so at most two may be in use.
 */
export async function* readChunks(
  scratch: ScratchFile,
  settings: ImportSettings,
  { skip, signal }: { skip: number; signal: AbortSignal },
): AsyncGenerator<Chunk> {
  const buffers: [ChunkBuffer, ChunkBuffer] = [new ChunkBuffer(maxRows), new ChunkBuffer(maxRows)];
  let chunks = 0;
  const startChunk = (from: number) => new GrowingChunk(buffers[chunks++ % 2 === 0 ? 0 : 1], from, settings);
  let chunk = startChunk(skip);
  let validator: RowValidator | undefined;
  let records = 0;
  for await (const { header, rows } of readCsv(scratch.bytes(), scratch.encoding)) {
    signal.throwIfAborted();
    validator ??= new RowValidator(readHeader(header, settings.column_mapping), settings.timezone);
    for (const row of rows) {
      if (records++ < skip) continue;
      chunk.add(row, validator);
      if (!chunk.isFull) continue;
      yield chunk;
      chunk = startChunk(records);
    }
  }
  if (chunk.to > chunk.from) yield chunk;
}

/** A chunk that rows are still added to. */
class GrowingChunk implements Chunk {
  readonly buffer: ChunkBuffer;
  readonly from: number;
  readonly rows: ChunkRow[] = [];
  readonly rejected: RejectedRow[] = [];
  readonly #settings: ImportSettings;
  #rejectedBytes = 0;

  constructor(buffer: ChunkBuffer, from: number, settings: ImportSettings) {
    buffer.clear();
    this.buffer = buffer;
    this.from = from;
    this.#settings = settings;
  }

  get to(): number {
    return this.from + this.rows.length + this.rejected.length;
  }

  get isFull(): boolean {
    return this.to - this.from >= maxRows || this.buffer.length + this.#rejectedBytes >= maxBytes;
  }

  add(row: CsvRow, validator: RowValidator): void {
    const outcome = row.problem ?? validator.validate(row.fields);
    if (isProblem(outcome)) this.#reject(row, outcome);
    else this.rows.push(this.buffer.add(outcome, row.line, fateOf(outcome, this.#settings.rules)));
  }

  #reject({ line, raw }: CsvRow, { code, column, reason }: RowProblem): void {
    this.rejected.push({ line, column, code, reason, raw });
    this.#rejectedBytes += raw.length;
  }
}
