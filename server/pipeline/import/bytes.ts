import { byteSums } from '../../../db/queries/source-sums.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { ScratchFile } from '../fetch/scratch.ts';
import type { ExecutionRun } from '../run.ts';

interface CurrentItem {
  /** As it was listed; undefined where its source does not say. */
  size: number | undefined;
  /** Bytes that came from its source. */
  came: number;
  /** Which part of it is parsed, from 0 to 1. */
  parsedShare: number;
}

/**
 * How many of an import's bytes came and how many were read to rows, beside how many there are: both move while a single
 * large file is copied, and then parsed. An item that is read a second time counts from its start again.
 */
export class ImportBytes {
  readonly #run: ExecutionRun;
  #ended = 0;
  #expected: number | undefined;
  #current: CurrentItem | undefined;

  constructor(run: ExecutionRun) {
    this.#run = run;
  }

  /** After the listing: what there is to read, and what an earlier attempt of this run has done of it. */
  async begin(): Promise<void> {
    const { services, accountId, id } = this.#run;
    const { total, ended } = await byteSums(services.database.pool, accountId, id);
    this.#expected = total;
    this.#ended = ended;
    this.#tell();
  }

  /** Counts what comes of one item. */
  async *coming(content: ByteStream, size: number | undefined): AsyncGenerator<Uint8Array> {
    const current: CurrentItem = { size, came: 0, parsedShare: 0 };
    this.#current = current;
    for await (const piece of content) {
      current.came += piece.byteLength;
      this.#tell();
      yield piece;
    }
  }

  /** The same file, whose reading is counted. */
  parsing(scratch: ScratchFile): ScratchFile {
    const current = this.#current;
    if (!current) return scratch;
    const tell = () => this.#tell();
    return {
      ...scratch,
      async *bytes() {
        let read = 0;
        for await (const piece of scratch.bytes()) {
          read += piece.byteLength;
          current.parsedShare = read / Math.max(1, scratch.byteSize);
          tell();
          yield piece;
        }
      },
    };
  }

  /** An item has ended, however. */
  end(size: number | undefined): void {
    this.#ended += size ?? this.#current?.came ?? 0;
    this.#current = undefined;
    this.#tell();
  }

  #tell(): void {
    const { size, came = 0, parsedShare = 0 } = this.#current ?? {};
    this.#run.progress({
      bytesRead: this.#ended + came,
      bytesDone: this.#ended + Math.round((size ?? came) * parsedShare),
      bytesExpected: this.#expected ?? null,
    });
  }
}
