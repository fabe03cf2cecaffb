import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/error.ts';
import type { Pace } from './limits.ts';

const looksPerSilence = 30;

/**
 * Calls `fail` when the body stalls or drips. While `isReading` says no it is we who wait for our disk, and that time
 * is not held against the client.
 */
export function watchPace(
  { socket }: IncomingMessage,
  pace: Pace,
  { isReading, fail }: { isReading(): boolean; fail(error: AppError): void },
): { stop(): void } {
  const lookEveryMs = Math.max(10, pace.silenceMs / looksPerSilence);
  const began = performance.now();
  let seen = socket.bytesRead;
  let silentMs = 0;
  let window = { ms: 0, bytes: 0 };
  const timer = setInterval(() => {
    const bytes = socket.bytesRead - seen;
    seen = socket.bytesRead;
    if (performance.now() - began > pace.totalMs) return fail(tooLong(pace));
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
