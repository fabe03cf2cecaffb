import { AppError } from '../../../shared/error.ts';
import type { RowBlock, SourceRow } from '../../rows/row-block.ts';
import { fileLimits } from './limits.ts';

const noHeader =
  'The file is empty. A CSV file begins with a header line that names its columns, such as external_interaction_id,channel_type,audio_url.';

/** Lets the first rows of a file through, as many as are allowed, and notices that there are more. */
export class RowLimit {
  readonly #most: number;
  #isExceeded = false;

  constructor(most: number = fileLimits.rows) {
    this.#most = most;
  }

  /** The rest of the file is not read. */
  async *first<Row extends SourceRow>(blocks: AsyncIterable<RowBlock<Row>>): AsyncGenerator<RowBlock<Row>> {
    let left = this.#most;
    let isEmpty = true;
    for await (const block of blocks) {
      isEmpty = false;
      this.#isExceeded = block.rows.length > left;
      yield this.#isExceeded ? { ...block, rows: block.rows.slice(0, left) } : block;
      if (this.#isExceeded) return;
      left -= block.rows.length;
    }
    // Only a CSV file without its header has no block at all.
    if (isEmpty) throw new AppError('missing_columns', noHeader);
  }

  /** Throws `invalid` where the file had more rows, once the first ones are stored. */
  requireKept(): void {
    if (!this.#isExceeded) return;
    const most = this.#most.toLocaleString('en');
    throw new AppError(
      'invalid',
      `The file has more than ${most} rows, the most that is taken. The first ${most} were read and stay; put the others into another file.`,
    );
  }
}
