import { addLogLines, countLogLines, type NewLogLine } from '../../db/queries/execution-log.ts';
import type { LogLevel } from '../../shared/execution-log.ts';
import type { Log } from '../log.ts';
import type { Fenced } from '../worker/fenced.ts';

/** As many lines as a person would read; the lines about a run's end come beyond them. */
export const logLinesMost = 1_000;
export const leftOut = 'There is more to say than is kept here; further lines are left out.';
const writeEveryMs = 500;

interface Waiting extends Omit<NewLogLine, 'ageMs'> {
  saidAtMs: number;
}

/**
 * What a run says of itself, for people. Lines are gathered for half a second and written together, so that saying
 * something costs the run nothing; a write that fails is tried again with the next one.
 */
export class RunLog {
  readonly #executionId: Buffer;
  readonly #fenced: Fenced;
  readonly #log: Log;
  #waiting: Waiting[] = [];
  #room: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(executionId: Buffer, fenced: Fenced, log: Log) {
    this.#log = log;
    this.#executionId = executionId;
    this.#fenced = fenced;
  }

  say(level: LogLevel, message: string): void {
    if (this.#isClosed || this.#waiting.length > logLinesMost) return;
    this.#waiting.push({ level, message, saidAtMs: performance.now() });
    this.#timer ??= setTimeout(() => this.flush(), writeEveryMs);
  }

  /** Writes what was said by now. Never throws: whatever keeps a line from being written is met by the run itself. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /** Nothing is said any more. Returns what could not be written yet, for the transaction that ends the run. */
  async close(): Promise<NewLogLine[]> {
    await this.flush();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    return aged(this.#waiting.splice(0));
  }

  async #write(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length === 0) return;
    try {
      await this.#fenced(async (connection) => {
        const room = this.#room ?? logLinesMost - (await countLogLines(connection, this.#executionId, logLinesMost));
        await addLogLines(connection, this.#executionId, aged(fitting(lines, room, lastLine())));
        this.#room = Math.max(0, room - lines.length);
      });
    } catch (error) {
      this.#log.debug({ err: error }, 'lines of a run could not be written; tried again');
      // A lost lease or database ends the run by its own way; with the database back, the lines are still here.
      this.#room = undefined;
      this.#waiting.unshift(...lines);
    }
  }
}

/** Those that there is room for; the last place is for saying that there is no more. */
export function fitting<Line>(lines: readonly Line[], room: number, last: Line): readonly Line[] {
  if (room <= 0) return [];
  return lines.length < room ? lines : [...lines.slice(0, room - 1), last];
}

function lastLine(): Waiting {
  return { level: 'warn', message: leftOut, saidAtMs: performance.now() };
}

function aged(lines: readonly Waiting[]): NewLogLine[] {
  const now = performance.now();
  return lines.map(({ level, message, saidAtMs }) => ({ level, message, ageMs: now - saidAtMs }));
}
