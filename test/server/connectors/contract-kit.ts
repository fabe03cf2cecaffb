import { expect } from 'chai';
import type {
  ConnectorContext,
  ConnectorType,
  SourceItem,
  SourceSession,
} from '../../../server/connectors/connector.ts';
import { openLog } from '../../../server/log.ts';
import { openEgress } from '../../../server/security/egress.ts';
import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import type { Lack, OutsideSystem } from './fixture.ts';

type Json = Record<string, unknown>;

/** One type and the system that it is tried on. */
export interface Setup {
  type: ConnectorType;
  system: () => OutsideSystem;
  /** Whether it is also tried with very many items. */
  tryMany: boolean;
}

export function contextOf(more: Partial<ConnectorContext> = {}): ConnectorContext {
  return {
    signal: new AbortController().signal,
    egress: openEgress(['127.0.0.0/8']),
    log: openLog('silent'),
    timezone: 'Asia/Kolkata',
    pace: () => Promise.resolve(),
    inbox: () => Promise.reject(new AppError('not_found', 'There is no inbox here.')),
    ...more,
  };
}

export async function check(
  type: ConnectorType,
  config: Json,
  direction: Direction,
  more: Partial<ConnectorContext> = {},
): Promise<CheckStep[]> {
  const steps: CheckStep[] = [];
  for await (const step of type.check(type.config.parse(config), direction, contextOf(more))) steps.push(step);
  return steps;
}

/** Opens a source of any type by a configuration as a person writes it. */
export async function openSource(
  type: ConnectorType,
  config: Json,
  more: Partial<ConnectorContext> = {},
): Promise<SourceSession> {
  if (!type.source) throw new Error(`${type.id} is no source`);
  return await type.source(type.config.parse(config), contextOf(more));
}

export async function collect(source: SourceSession): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of source.list()) items.push(item);
  return items;
}

export async function itemOf(source: SourceSession, key: string): Promise<SourceItem> {
  const item = (await collect(source)).find((candidate) => candidate.key === key);
  if (!item) throw new Error(`${key} was not listed`);
  return item;
}

export async function readAll(source: SourceSession, item: SourceItem): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  // A piece is valid only until the next one.
  for await (const bytes of await source.read(item)) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}

/** The promise fails with one of these codes. */
export async function rejects(promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(AppError);
    const failure = error as AppError;
    expect(failure.code, failure.message).to.be.oneOf(codes);
    return failure;
  }
  throw new Error(`did not fail, although ${codes.join(' or ')} was expected`);
}

/** The same for what this system may lack; its own reason is told before the suite's. */
export function ability<Name extends Lack & keyof OutsideSystem>(
  system: OutsideSystem,
  name: Name,
  why: string,
  test: Mocha.Context,
): NonNullable<OutsideSystem[Name]> {
  return needed<NonNullable<OutsideSystem[Name]>>(system[name] ?? undefined, system.lacks?.[name] ?? why, test);
}

/** An ability that this system lacks: the test that needs it says so and is skipped. */
export function needed<T>(ability: T | undefined, why: string, test: Mocha.Context): T {
  if (ability !== undefined) return ability;
  console.log(`      not tried: ${why}`);
  return test.skip();
}
