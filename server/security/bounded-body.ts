import type { Readable } from 'node:stream';
import { AppError, type ErrorCode } from '../../shared/error.ts';
import type { ByteStream } from '../byte-stream.ts';

/** What another server has begun to send. */
export interface SentContent {
  response: Readable;
  /** Its name as people may read it, without permissions in a query. */
  shown: string;
  /** How many bytes it says there are. */
  announced: number | undefined;
}

/** What is read of one answer; see linkDefaults for what is not given. */
export interface BodyLimits {
  signal: AbortSignal;
  maxBytes: number;
  /** What more than `maxBytes` is refused with. */
  tooLargeCode: ErrorCode;
  /** The longest silence. */
  idleTimeoutMs?: number;
  /** From when on it must have come with so many bytes a second. */
  slowAfterMs?: number;
  leastBytesPerSecond?: number;
}

/** How long whoever serves a link may take. */
export const linkDefaults = {
  connectTimeoutMs: 15_000,
  idleTimeoutMs: 30_000,
  slowAfterMs: 60_000,
  leastBytesPerSecond: 1024,
} as const;

type Limits = Required<BodyLimits>;

/**
 * The bytes of an answer, within limits: not more than allowed, no long silence, no dripping. Stops at once when the
 * signal aborts. Whatever the connection fails with is told by `failureOf`.
 */
export async function* boundedBody(
  { response, shown, announced }: SentContent,
  given: BodyLimits,
  failureOf: (error: Error) => AppError,
): ByteStream & AsyncGenerator<Uint8Array> {
  const limits: Limits = { ...linkDefaults, ...given };
  const { maxBytes, signal } = limits;
  const stop = () => response.destroy(stopped());
  signal.addEventListener('abort', stop, { once: true });
  // It may fail again after it was destroyed.
  response.on('error', () => undefined);
  const startedAtMs = performance.now();
  let received = 0;
  try {
    if (signal.aborted) throw stopped();
    if (announced !== undefined && announced > maxBytes) throw tooLarge(shown, limits);
    for await (const bytes of withoutSilence(response, shown, limits)) {
      received += bytes.length;
      if (received > maxBytes) throw tooLarge(shown, limits);
      if (drips(received, performance.now() - startedAtMs, limits)) throw tooSlow(shown, limits);
      yield bytes;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw signal.aborted ? stopped() : failureOf(error as Error);
  } finally {
    signal.removeEventListener('abort', stop);
    response.destroy();
  }
}

/** Only the time in which a piece is waited for counts, not the time in which the last one is used. */
async function* withoutSilence(
  response: Readable,
  shown: string,
  { idleTimeoutMs }: Limits,
): AsyncGenerator<Uint8Array> {
  const pieces = response[Symbol.asyncIterator]();
  const silent = () =>
    response.destroy(new AppError('host_timeout', `${shown} stopped sending for ${idleTimeoutMs / 1000} s.`));
  for (;;) {
    const timer = setTimeout(silent, idleTimeoutMs);
    const { done, value } = await pieces.next().finally(() => clearTimeout(timer));
    if (done) return;
    yield value;
  }
}

/** A link that gives a byte now and then would keep its place in the lane for ever. */
function drips(received: number, elapsedMs: number, { slowAfterMs, leastBytesPerSecond }: Limits): boolean {
  return elapsedMs > slowAfterMs && received < (elapsedMs / 1000) * leastBytesPerSecond;
}

function tooSlow(shown: string, { leastBytesPerSecond }: Limits): AppError {
  return new AppError('host_timeout', `${shown} sends less than ${leastBytesPerSecond / 1024} KB a second.`);
}

function tooLarge(shown: string, { maxBytes, tooLargeCode }: Limits): AppError {
  const megabytes = Math.round(maxBytes / 1024 ** 2);
  return new AppError(tooLargeCode, `${shown} is larger than ${megabytes} MB, the most that is taken.`);
}

export function stopped(): AppError {
  return new AppError('cancelled', 'It was stopped before it was done.');
}
