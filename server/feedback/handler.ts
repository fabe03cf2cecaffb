import { type PostponedFeedback, postponeFeedback, settleFeedback } from '../../db/queries/feedback.ts';
import { loadFeedbackFacts } from '../../db/queries/feedback-facts.ts';
import type { Work } from '../../db/queries/work.ts';
import type { Failure } from '../../shared/error.ts';
import { CallGroup } from '../call-group.ts';
import type { OutgoingEvent } from '../kafka/cluster.ts';
import type { Log } from '../log.ts';
import type { Services } from '../services.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { describeFailure, workError } from '../worker/retry.ts';
import { eventOf, messageOf } from './message.ts';
import { Senders } from './senders.ts';
import { type FoundTarget, type ResultTarget, ResultTargets } from './targets.ts';

/** Pieces spend their time waiting for a broker and for the database, together with others. */
const concurrency = 400;
const groupMost = 200;
/** For what cannot be tried at all now. */
const longDelayMs = 30_000;

/** The event that one piece of work is to write, and where; or why there is none now. Undefined: nothing is to be written any more. */
type PreparedEvent = { target: ResultTarget; event: OutgoingEvent } | { failure: Failure } | undefined;

/**
 * Tells the sources of streams of results: an outbox, so nothing is given up but for a connector that was deleted or has no
 * results topic any more. A result is settled after the brokers have it: whoever dies in between leaves it to be written
 * again, with the same id.
 */
export function feedbackHandler(services: Services): WorkHandler {
  const { pool } = services.database;
  const targets = new ResultTargets(services.keyring);
  const senders = new Senders(services);
  const loading = new CallGroup((list: Work[]) => load(services, targets, list), groupMost);
  const settling = new CallGroup((list: Work[]) => settleFeedback(pool, list), groupMost);
  const postponing = new CallGroup((list: PostponedFeedback[]) => postponeFeedback(pool, list), groupMost);

  return {
    kind: 'feedback',
    concurrency,
    maxAttempts: Number.POSITIVE_INFINITY,
    async run(work, signal) {
      const ready = await loading.add(work);
      if (!ready) return settling.add(work);
      if ('failure' in ready) return postponing.add({ ...work, ...ready, delayMs: longDelayMs });
      const { target, event } = ready;
      const notSent = await unlessAborted(senders.send(target, event), signal);
      if (!notSent) return settling.add(work);
      services.log.debug({ connectorId: target.connectorId, ...notSent }, 'a result could not be written to its topic');
      return postponing.add({ ...work, ...notSent });
    },
    async giveUp(work, failure) {
      const found = await targets.find(pool, [work.groupKey]);
      if (found.has(work.groupKey)) return postponing.add({ ...work, failure, delayMs: longDelayMs });
      return settling.add(work);
    },
    [Symbol.asyncDispose]: () => senders[Symbol.asyncDispose](),
  };
}

async function load({ database, log }: Services, targets: ResultTargets, list: Work[]): Promise<PreparedEvent[]> {
  const { pool } = database;
  const connectorIds = list.map(({ groupKey }) => groupKey);
  const [found, facts] = await Promise.all([targets.find(pool, connectorIds), loadFeedbackFacts(pool, list)]);
  return list.map((work, i) => prepared(work, found.get(work.groupKey), facts[i], log));
}

function prepared(
  { accountId, subject }: Work,
  target: FoundTarget,
  facts: Awaited<ReturnType<typeof loadFeedbackFacts>>[number],
  log: Log,
): PreparedEvent {
  if (!target || !facts) return undefined;
  if ('failure' in target) return target;
  if (target.accountId !== accountId) return undefined;
  try {
    const message = messageOf(facts, target.connectorName);
    return message && { target, event: eventOf(message) };
  } catch (thrown) {
    // A result that cannot be told waits by itself.
    const error = workError(thrown, 'the result that is to be told');
    const { failure, traceId } = describeFailure(error);
    if (traceId)
      log.error({ err: error, traceId, accountId, subject: subject.toString('hex') }, 'a result cannot be told');
    return { failure };
  }
}

/** A broker may take its time to answer; the program's end does not wait for it. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
