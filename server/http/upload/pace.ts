import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/error.ts';
import type { Pace } from './limits.ts';
import { stuck } from './problems.ts';

const looksPerSilence = 30;

interface Watched {
  /** Whether it is the client that we wait for. */
  isReading(): boolean;
  /** Grows with each piece of the recording that is taken. */
  progress(): number;
  fail(error: AppError): void;
}

/**
 * Calls `fail` when the body stalls or drips. While `isReading` says no it is we who wait for our disk, and that time
 * is not held against the client; but when nothing moves on either side for long, the upload is ended too.
 */
export function watchPace(
  { socket }: IncomingMessage,
  pace: Pace,
  { isReading, progress, fail }: Watched,
): { stop(): void } {
  const lookEveryMs = Math.max(10, pace.silenceMs / looksPerSilence);
  const began = performance.now();
  let seen = socket.bytesRead;
  let silentMs = 0;
  let taken = progress();
  let stuckMs = 0;
  let window = { ms: 0, bytes: 0 };
  const timer = setInterval(() => {
    const bytes = socket.bytesRead - seen;
    seen = socket.bytesRead;
    if (performance.now() - began > pace.totalMs) return fail(tooLong(pace));
    stuckMs = bytes > 0 || progress() > taken ? 0 : stuckMs + lookEveryMs;
    taken = progress();
    if (stuckMs >= pace.stuckMs && !isReading()) return fail(stuck(pace.stuckMs));
    if (!isReading()) return;
    silentMs = bytes > 0 ? 0 : silentMs + lookEveryMs;
    if (silentMs >= pace.silenceMs) return fail(stalled(pace));
    window = { ms: window.ms + lookEveryMs, bytes: window.bytes + bytes };
    if (window.ms < pace.windowMs) return;
    if (window.bytes < pace.windowBytes) return fail(dripping(pace));
    window = { ms: 0, bytes: 0 };
  }, lookEveryMs);
  return { stop: () => clearInterval(timer) };
}

function stalled({ silenceMs }: Pace): AppError {
  return new AppError(
    'invalid',
    `The upload was ended: for ${silenceMs / 1000} seconds not a byte of it came. Send it again.`,
  );
}

function dripping({ windowMs, windowBytes }: Pace): AppError {
  return new AppError(
    'invalid',
    `The upload was ended: it came with less than ${Math.round(windowBytes / windowMs)} KB a second for ${windowMs / 1000} seconds. Send it again over a better line, or name the recording's audio_url instead.`,
  );
}

function tooLong({ totalMs }: Pace): AppError {
  return new AppError(
    'invalid',
    `The upload was ended: after ${Math.round(totalMs / 60_000)} minutes it was still not complete. Name the recording's audio_url instead.`,
  );
}
