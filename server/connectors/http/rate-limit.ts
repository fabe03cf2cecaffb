import type { Log } from '../../log.ts';
import { stopped } from '../../security/bounded-body.ts';
import { wait } from '../../wait.ts';
import type { ReadLimits } from './body.ts';
import type { Answer } from './exchange.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { type FailedAnswer, failedAnswer } from './status.ts';

export interface RateLimitWait {
  signal: AbortSignal;
  log: Log;
  /** All waits of one call together. */
  mostMs: number;
  limits: ReadLimits;
  /** What is thrown when it would take longer. */
  tooOften(answer: FailedAnswer): Error;
}

/** Where 429 does not say for how long. */
const firstWaitMs = 5000;
const longestWaitMs = 60_000;

/** Calls, and calls again when the answer is 429 and the wait it asks for is short enough. */
export async function afterRateLimit(
  call: () => Promise<Answer>,
  { signal, log, mostMs, limits, tooOften }: RateLimitWait,
): Promise<Answer> {
  let waitedMs = 0;
  let unsaidMs = firstWaitMs;
  for (;;) {
    const answer = await call();
    if (answer.status !== 429) return answer;
    const failed = await failedAnswer(answer, limits);
    const saidSeconds = retryAfterSeconds(answer.headers);
    const pauseMs = saidSeconds === undefined ? unsaidMs : saidSeconds * 1000;
    if (waitedMs + pauseMs > mostMs) throw tooOften(failed);
    log.info({ host: answer.url.host, pause_ms: pauseMs }, 'too many calls: waiting as asked');
    await wait(pauseMs, signal);
    if (signal.aborted) throw stopped();
    waitedMs += pauseMs;
    unsaidMs = Math.min(unsaidMs * 2, longestWaitMs);
  }
}
