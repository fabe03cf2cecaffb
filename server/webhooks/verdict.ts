import type { AppError, Failure } from '../../shared/error.ts';
import { spreadMs } from '../backoff.ts';
import type { PostAnswer } from '../security/post.ts';

/** What follows from an attempt: it is delivered; or it failed, and is tried again after a while, or not. */
export type DeliveryVerdict = { state: 'delivered' } | { state: 'failed' | 'retry'; failure: Failure; delayMs: number };

export interface RetryRules {
  /** Between an attempt and the next; their number says how many attempts there are after the first. */
  delaysMs: readonly number[];
  random: () => number;
  now: Date;
}

/** Attempts begin at about 0, 10 and 30 s. */
export const contractDelaysMs = [10_000, 20_000] as const;

const delayShares = [0.8, 1.2] as const;
const longestRetryAfterMs = 10 * 60_000;

/**
 * 2xx is delivered. 5xx and 429 are tried again, so are time-outs and connections that fail; every other answer is final,
 * and so are an address that may not be called and a certificate that cannot be trusted. Delays are up to a fifth shorter
 * or longer, so that what failed together does not come back together; a longer `Retry-After` (429, 503) is honoured, up
 * to 10 minutes. `attempts` counts the one that was just made.
 */
export function judgeAttempt(
  outcome: PostAnswer | AppError,
  attempts: number,
  host: string,
  rules: RetryRules,
): DeliveryVerdict {
  if ('status' in outcome && outcome.status >= 200 && outcome.status < 300) return { state: 'delivered' };
  const failure = failureOf(outcome, host);
  const delayMs = rules.delaysMs[attempts - 1];
  if (delayMs === undefined || !passes(outcome)) return { state: 'failed', failure, delayMs: 0 };
  const own = spreadMs(delayMs, delayShares, rules.random);
  return { state: 'retry', failure, delayMs: Math.max(own, askedDelayMs(outcome, rules.now)) };
}

/** What may be otherwise in half a minute. A name may be unknown for a moment too, where its zone is being changed. */
function passes(outcome: PostAnswer | AppError): boolean {
  if ('status' in outcome) return outcome.status >= 500 || outcome.status === 429;
  return outcome.kind === 'transient' || outcome.code === 'host_unknown';
}

function failureOf(outcome: PostAnswer | AppError, host: string): Failure {
  if (!('status' in outcome)) return { code: outcome.code, message: outcome.message };
  const code = passes(outcome) ? 'http_unavailable' : 'http_status';
  const { status } = outcome;
  const why = status >= 300 && status < 400 ? ' Redirects are not followed; give the address that it leads to.' : '';
  return { code, message: `${host} answered ${status}.${why}` };
}

function askedDelayMs(outcome: PostAnswer | AppError, now: Date): number {
  if (!('status' in outcome) || (outcome.status !== 429 && outcome.status !== 503)) return 0;
  const { retryAfter = '' } = outcome;
  const askedMs = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime();
  return Number.isNaN(askedMs) ? 0 : Math.min(Math.max(askedMs, 0), longestRetryAfterMs);
}
