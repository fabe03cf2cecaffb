import { type Amounts, saveAmounts } from '../../db/queries/execution-amounts.ts';
import type { Log } from '../log.ts';
import type { Fenced } from '../worker/fenced.ts';

const writeEveryMs = 1_000;

/**
 * How far a run is, kept in its execution for everybody who looks: written at most once a second, so that a run may tell
 * it as often as it likes.
 */
export class RunProgress {
  readonly #executionId: Buffer;
  readonly #fenced: Fenced;
  readonly #log: Log;
  #untold: Amounts = {};
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(executionId: Buffer, fenced: Fenced, log: Log) {
    this.#log = log;
    this.#executionId = executionId;
    this.#fenced = fenced;
  }

  /** What is absent stays as it was told last. */
  tell(amounts: Amounts): void {
    if (this.#isClosed) return;
    Object.assign(this.#untold, amounts);
    this.#timer ??= setTimeout(() => void this.#flush(), writeEveryMs);
  }

  /** Writes what was told last. Never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#flush();
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const amounts = this.#untold;
    this.#untold = {};
    if (Object.keys(amounts).length === 0) return;
    try {
      await this.#fenced((connection) => saveAmounts(connection, this.#executionId, amounts));
    } catch (error) {
      this.#log.debug({ err: error }, 'the progress of a run could not be written');
      // Whatever keeps it from being written ends the run by its own way.
      this.#untold = { ...amounts, ...this.#untold };
    }
  }
}
