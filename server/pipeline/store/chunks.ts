import type { StoredRule } from '../../../db/queries/assignment-rules.ts';
import type { RejectedRow } from '../../../db/queries/rejected-rows.ts';
import { AppError } from '../../../shared/error.ts';
import type { RowProblem } from '../../rows/parse/scanner.ts';
import type { RowBlock, SourceRow } from '../../rows/row-block.ts';
import { isProblem } from '../../rows/validate/validate.ts';
import { ChunkBuffer, type ChunkRow } from './chunk.ts';
import { fateOf } from './fate.ts';
import type { Chunk } from './store.ts';

const maxRows = 5_000;
const maxBytes = 4 * 1024 * 1024;

/** What decides about the rows of an item, beside the rows themselves. */
export interface ChunkOptions {
  rules: readonly StoredRule[];
  /** The first records, which were stored before and are passed over. */
  skip: number;
  signal: AbortSignal;
}

/**
 * Reads and validates a file's rows into chunks. A chunk's buffer is used again after the next but one chunk was asked
 * for, so at most two may be in use. Where reading fails, the rows before the failure come first, as a chunk; then it is
 * thrown.
 */
export async function* readChunks<Row extends SourceRow>(
  blocks: AsyncIterable<RowBlock<Row>>,
  { rules, skip, signal }: ChunkOptions,
): AsyncGenerator<Chunk> {
  const buffers: [ChunkBuffer, ChunkBuffer] = [new ChunkBuffer(maxRows), new ChunkBuffer(maxRows)];
  let chunks = 0;
  const startChunk = (from: number) => new GrowingChunk(buffers[chunks++ % 2 === 0 ? 0 : 1], from, rules);
  let chunk = startChunk(skip);
  let records = 0;
  let failure: AppError | undefined;
  try {
    for await (const block of blocks) {
      signal.throwIfAborted();
      for (const row of block.rows) {
        if (records++ < skip) continue;
        chunk.add(row, block);
        if (!chunk.isFull) continue;
        yield chunk;
        chunk = startChunk(records);
      }
    }
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof AppError)) throw thrown;
    failure = thrown;
  }
  if (chunk.to > chunk.from) yield chunk;
  if (failure) throw failure;
}

/** A chunk that rows are still added to. */
class GrowingChunk implements Chunk {
  readonly buffer: ChunkBuffer;
  readonly from: number;
  readonly rows: ChunkRow[] = [];
  readonly rejected: RejectedRow[] = [];
  header: readonly string[] | undefined;
  delimiter: string | undefined;
  readonly #rules: readonly StoredRule[];
  #rejectedBytes = 0;

  constructor(buffer: ChunkBuffer, from: number, rules: readonly StoredRule[]) {
    buffer.clear();
    this.buffer = buffer;
    this.from = from;
    this.#rules = rules;
  }

  get to(): number {
    return this.from + this.rows.length + this.rejected.length;
  }

  get isFull(): boolean {
    return this.to - this.from >= maxRows || this.buffer.length + this.#rejectedBytes >= maxBytes;
  }

  add<Row extends SourceRow>(row: Row, block: RowBlock<Row>): void {
    const outcome = block.read(row);
    if (isProblem(outcome)) this.#reject(row, outcome, block);
    else this.rows.push(this.buffer.add(outcome, row.line, fateOf(outcome, this.#rules)));
  }

  #reject<Row extends SourceRow>(row: Row, { code, column, reason }: RowProblem, block: RowBlock<Row>): void {
    const { line, raw } = row;
    const { header, delimiter, member: name } = block;
    const member = name === undefined ? undefined : { name, header, delimiter };
    this.rejected.push({ line, column, code, reason, raw, externalId: block.externalIdOf(row), member });
    this.#rejectedBytes += raw.length;
    if (name !== undefined) return;
    this.header = header;
    this.delimiter = delimiter;
  }
}
