import { AppError } from '../../../shared/error.ts';
import { notReached } from '../check-steps.ts';
import type { ConnectorContext } from '../connector.ts';
import { openForCheck } from './check-cluster.ts';
import type { Ecc6xConfig } from './config.ts';

/**
 * Those of several brokers that cannot be reached, each asked by itself: the cluster answers as long as one of them does,
 * and fails with the words of one alone.
 */
export async function brokersDown(
  config: Ecc6xConfig,
  context: ConnectorContext,
  timeoutMs: number,
): Promise<AppError[]> {
  if (config.brokers.length < 2) return [];
  const failures = await Promise.all(
    config.brokers.map((broker) => failureOf({ ...config, brokers: [broker] }, context, timeoutMs)),
  );
  return failures.filter((failure) => failure !== undefined);
}

/** Undefined, too, where it can be reached and something else is wrong: that is true of all of them. */
async function failureOf(
  config: Ecc6xConfig,
  context: ConnectorContext,
  timeoutMs: number,
): Promise<AppError | undefined> {
  await using cluster = await openForCheck(config, context, timeoutMs);
  try {
    await cluster.id();
    return undefined;
  } catch (thrown) {
    const error = AppError.from(thrown);
    return notReached.includes(error.code) ? error : undefined;
  }
}

/** What is wrong with each, in one message. */
export function inOne(failure: AppError, down: readonly AppError[]): AppError {
  if (down.length < 2) return failure;
  const { code, field } = failure;
  const message = `None of the brokers can be reached. ${wordsOf(down)}`;
  return new AppError(code, message, { cause: failure, ...(field === undefined ? {} : { field }) });
}

export function wordsOf(down: readonly AppError[]): string {
  return down.map(({ message }) => message).join(' ');
}
