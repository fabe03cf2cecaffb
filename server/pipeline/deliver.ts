import { setTimeout as delay } from 'node:timers/promises';
import { listDeliveries, type ReportPart, saveDelivery } from '../../db/queries/reports.ts';
import { holdsWork } from '../../db/queries/work-claim.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { DeliveryPart, Receipt, SinkSession } from '../connectors/connector.ts';
import { workContext } from '../connectors/context.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import { WorkAborted } from '../worker/abort.ts';
import type { ExecutionRun } from './run.ts';

export interface DeliverOptions {
  /** How long to wait before the second attempt, the third, …; there are no more attempts than that. */
  backoffMs?: readonly number[];
}

const defaultBackoffMs = [1_000, 4_000];

/** How one destination fared with all the parts. */
export interface DestinationResult {
  name: string;
  /** The first part's that failed; undefined when everything arrived. */
  failure: Failure | undefined;
}

/**
 * Delivers every part to every destination, destinations side by side and each on its own. What was delivered by an
 * attempt before this one is not delivered again. Each result is kept as soon as it is known. Throws only when the run
 * itself ends (cancelled, lease lost, database away).
 */
export async function deliverParts(
  run: ExecutionRun,
  parts: ReportPart[],
  { backoffMs = defaultBackoffMs }: DeliverOptions = {},
): Promise<DestinationResult[]> {
  const known = await listDeliveries(run.services.database.pool, run.accountId, run.id);
  const done = new Set(known.filter(({ status }) => status === 'delivered').map(deliveryKey));
  const settled = await Promise.allSettled(
    run.connectors.map((connector) => {
      const open = parts.filter((part) => !done.has(deliveryKey({ partId: part.id, connectorId: connector.id })));
      return deliverAll(new Destination(run, connector), open, backoffMs);
    }),
  );
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function deliveryKey({ partId, connectorId }: { partId: number; connectorId: number }): string {
  return `${partId}:${connectorId}`;
}

async function deliverAll(
  destination: Destination,
  parts: ReportPart[],
  backoffMs: readonly number[],
): Promise<DestinationResult> {
  let failure: Failure | undefined;
  try {
    for (const part of parts) failure ??= await deliverOne(destination, part, backoffMs);
  } finally {
    await destination.close();
  }
  return { name: destination.name, failure };
}

/** Tries one part and keeps the result. The failure, or undefined when it arrived. */
async function deliverOne(
  destination: Destination,
  part: ReportPart,
  backoffMs: readonly number[],
): Promise<Failure | undefined> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await destination.tryPart(part);
    const waitMs = backoffMs[attempts - 1];
    if (!(outcome instanceof AppError)) {
      await destination.keep(part, outcome);
      return undefined;
    }
    if (outcome.kind === 'config' || waitMs === undefined) {
      const failure = { code: outcome.code, message: outcome.message };
      await destination.keep(part, { failure, attempts });
      return failure;
    }
    await delay(waitMs, undefined, { signal: destination.run.signal });
  }
}

/** One connector with its conversation, opened when there is a part for it and again after it broke. */
class Destination {
  readonly run: ExecutionRun;
  readonly #connector: LoadedConnector;
  #session: SinkSession | undefined;

  constructor(run: ExecutionRun, connector: LoadedConnector) {
    this.run = run;
    this.#connector = connector;
  }

  get name(): string {
    return this.#connector.name;
  }

  /** The receipt, or the failure as an AppError. Throws when the run is over. */
  async tryPart(part: ReportPart): Promise<Receipt | AppError> {
    await this.#holdLease();
    try {
      this.#session ??= await this.#open();
      return await this.#session.deliver(this.#deliveryPart(part));
    } catch (thrown) {
      this.run.signal.throwIfAborted();
      await this.close();
      return AppError.from(thrown, `the delivery to ${this.name}`);
    }
  }

  async keep(part: ReportPart, result: Receipt | { failure: Failure; attempts: number }): Promise<void> {
    const { services, accountId } = this.run;
    const place = { partId: part.id, connectorId: this.#connector.id };
    await saveDelivery(services.database.pool, accountId, place, result);
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.[Symbol.asyncDispose]();
  }

  /** Nothing outside the database is fenced by it, so the claim is looked at right before each delivery. */
  async #holdLease(): Promise<void> {
    const { services, work, signal } = this.run;
    signal.throwIfAborted();
    if (await holdsWork(services.database.pool, work)) return;
    throw new WorkAborted('lease_lost');
  }

  async #open(): Promise<SinkSession> {
    const { type, config, isEnabled, name } = this.#connector;
    if (!isEnabled)
      throw new AppError('invalid', `The connector "${name}" is disabled. Enable it, then run the job again.`);
    if (!type.sink)
      throw new AppError(
        'invalid',
        `A connector of type ${type.id} cannot be delivered to. Choose another destination.`,
      );
    return type.sink(config, workContext(this.run.services, this.#connector, this.run.signal));
  }

  #deliveryPart({ fileName, byteSize, sha256, storageKey }: ReportPart): DeliveryPart {
    const { storage } = this.run.services;
    return { fileName, byteSize, sha256, open: async () => whenRead(() => storage.read(storageKey)) };
  }
}

/** Opened with the first read: a destination that fails before it wants the bytes leaves nothing open behind it. */
async function* whenRead(open: () => Promise<ByteStream>): AsyncGenerator<Uint8Array> {
  yield* await open();
}
