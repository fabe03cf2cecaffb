import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { boundedBody } from '../../security/bounded-body.ts';
import { connectionFailure, shown } from '../../security/connection-failure.ts';
import type { Answer } from './exchange.ts';

/** How long and how much of a body is read. */
export interface ReadLimits {
  signal: AbortSignal;
  /** The longest silence. */
  timeoutMs: number;
}

/** The bytes as they arrive; what ends early, falls silent, drips or is too large is a failure. */
export function streamOf(
  answer: Answer,
  { signal, timeoutMs, maxBytes }: ReadLimits & { maxBytes: number },
): ByteStream {
  requirePlain(answer);
  const { response, url, headers } = answer;
  // It may break before anybody reads; whoever reads then is told.
  response.on('error', () => undefined);
  const length = headers['content-length'];
  const body = boundedBody(
    { response, shown: shown(url), announced: length === undefined ? undefined : Number(length) },
    { signal, maxBytes, tooLargeCode: 'audio_too_large', idleTimeoutMs: timeoutMs },
    (error) => connectionFailure(url, error, undefined),
  );
  return endable(body, () => response.destroy());
}

/** The same bytes. Leaving them ends the connection also where nobody has begun to read, which a generator cannot see. */
export function endable(body: ByteStream, onEnd: () => void): ByteStream {
  const pieces = body[Symbol.asyncIterator]();
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const piece = await pieces.next();
        if (piece.done) onEnd();
        return piece;
      } catch (error) {
        onEnd();
        throw error;
      }
    },
    async return() {
      onEnd();
      await pieces.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Ends a body that nobody wants. */
export async function discard(body: ByteStream): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

/** What is told where an answer is larger than is taken. */
export interface TooLarge {
  /** What to do then. */
  advice: string;
  /** The form field for it. */
  field: string;
}

/** The whole body as text. Throws `http_status` where it is larger than what one answer may be: it will be again. */
export async function readText(
  answer: Answer,
  { tooLarge, ...limits }: ReadLimits & { maxBytes: number; tooLarge?: TooLarge | undefined },
): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const bytes of streamOf(answer, limits)) parts.push(Buffer.from(bytes));
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'audio_too_large')
      throw new AppError('http_status', tooLarge ? `${thrown.message} ${tooLarge.advice}` : thrown.message, {
        cause: thrown,
        ...(tooLarge ? { field: tooLarge.field } : {}),
      });
    throw thrown;
  }
  return Buffer.concat(parts).toString('utf8');
}

const beginningBytes = 2048;

/** The first 2 KB of a body that is not wanted for itself, or what came of it. The rest is dropped. */
export async function beginningOf(answer: Answer, limits: ReadLimits): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const bytes of streamOf(answer, { ...limits, maxBytes: Number.MAX_SAFE_INTEGER })) {
      parts.push(Buffer.from(bytes));
      size += bytes.length;
      if (size >= beginningBytes) break;
    }
  } catch (thrown) {
    // The status has come, and that is what counts; a body that broke off says nothing more.
    if (limits.signal.aborted) throw thrown;
  }
  return Buffer.concat(parts).subarray(0, beginningBytes).toString('utf8');
}

/** We ask for no compression; what comes compressed all the same would be taken for something else. */
function requirePlain({ headers, url, response }: Answer): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  response.destroy();
  throw new AppError(
    'protocol_error',
    `${shown(url)} answers compressed (${encoding}), although that was not asked for.`,
  );
}
