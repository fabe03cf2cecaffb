import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { pipeline, Readable } from 'node:stream';
import { AppError } from '../../../shared/error.ts';

export interface FfmpegOptions {
  ffmpegPath: string;
  signal?: AbortSignal | undefined;
  /** The longest a decoding may take, the arrival of the bytes included. */
  timeoutMs?: number | undefined;
}

const timeoutMsDefault = 15 * 60_000;
const logLengthMax = 16_384;

/** An ffmpeg process fed from a stream. It ends with its input, with the signal, or after the time limit. */
export class FfmpegProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #options: FfmpegOptions;
  readonly #closed: Promise<void>;
  #log = '';
  #startError: Error | null = null;
  #sourceError: unknown = null;
  #isLate = false;

  constructor(bytes: AsyncIterable<Uint8Array>, args: string[], options: FfmpegOptions) {
    this.#options = options;
    this.#child = spawn(options.ffmpegPath, args, {
      // Nothing of our environment (keys, database address) is its business.
      env: process.env.TMPDIR ? { TMPDIR: process.env.TMPDIR } : {},
      stdio: 'pipe',
      killSignal: 'SIGKILL',
      ...(options.signal ? { signal: options.signal } : {}),
    });
    this.#closed = this.#watch();
    this.#feed(bytes);
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#child.stdout;
  }

  /** The beginning of what ffmpeg told of its input; complete once it has ended. */
  get log(): string {
    return this.#log;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  /** Waits for the end. Resolves with what cut it short (a stop, its source, its start, the time), or null. */
  async interruption(): Promise<AppError | null> {
    await this.#closed;
    if (this.#options.signal?.aborted) return new AppError('cancelled', 'Measuring the recording was stopped.');
    if (this.#sourceError) return AppError.from(this.#sourceError, 'reading the recording');
    if (this.#startError) return cannotStart(this.#options.ffmpegPath, this.#startError);
    return this.#isLate ? tooSlow(this.#options.timeoutMs ?? timeoutMsDefault) : null;
  }

  #watch(): Promise<void> {
    const child = this.#child;
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.#log.length < logLengthMax) this.#log += text;
    });
    // spawn's own time limit would keep a program alive whose ffmpeg never started.
    const limit = setTimeout(() => this.#giveUp(), this.#options.timeoutMs ?? timeoutMsDefault);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(limit);
        resolve();
      };
      child.on('close', end).on('error', (error) => {
        this.#startError = error;
        if (child.pid === undefined) end();
      });
    });
  }

  #giveUp(): void {
    this.#isLate = true;
    this.stop();
  }

  #feed(bytes: AsyncIterable<Uint8Array>): void {
    pipeline(Readable.from(bytes, { objectMode: false }), this.#child.stdin, (error) => {
      // ffmpeg closes its input when it has enough or gives up: its exit tells which.
      const closedByFfmpeg = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error?.code ?? '');
      if (error && !closedByFfmpeg) this.#sourceError = error;
    });
  }
}

function cannotStart(path: string, cause: Error): AppError {
  return new AppError('program_missing', `ffmpeg could not be started from ${path}. Install it or name its path.`, {
    cause,
  });
}

function tooSlow(timeoutMs: number): AppError {
  const message = `The recording could not be decoded within ${Math.round(timeoutMs / 1000)} seconds. Send it in a simpler format, for example WAV.`;
  return new AppError('unsupported_audio', message);
}
