import { AppError } from '../../shared/error.ts';

/** One mail of a kind to a person in this time, and so many within 24 hours: nobody's mailbox is filled from here. */
const pauseMs = 60_000;
const mostMails = 5;

/**
 * Throws `rate_limited`. `kind`: `verification`; `instead` says what to do where there were enough of them.
 */
export function requirePause(
  { count, newestAgeMs }: { count: number; newestAgeMs: number | null },
  { kind, instead }: { kind: string; instead: string },
): void {
  if (newestAgeMs !== null && newestAgeMs < pauseMs) {
    const seconds = Math.ceil((pauseMs - newestAgeMs) / 1000);
    throw new AppError(
      'rate_limited',
      `${/^[aeiou]/.test(kind) ? 'An' : 'A'} ${kind} mail was sent a moment ago. Look for it, also among unwanted mail; another one can be sent in ${seconds} s.`,
      { retryAfterSeconds: seconds },
    );
  }
  if (count >= mostMails)
    throw new AppError('rate_limited', `${mostMails} ${kind} mails were sent within 24 hours. ${instead}`);
}
