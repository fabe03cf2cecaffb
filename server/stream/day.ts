import type { PoolConnection } from 'mysql2/promise';
import { isDuplicateKey, transaction } from '../../db/database.ts';
import { moveExecution } from '../../db/queries/execution-progress.ts';
import { addExecution } from '../../db/queries/executions.ts';
import type { ItemPlace } from '../../db/queries/source-ledger.ts';
import {
  databaseNow,
  enterDayItem,
  lockDay,
  lockOpenDay,
  type PartitionDay,
  reopenDay,
} from '../../db/queries/stream-days.ts';
import { type FollowedStream, isFollowed } from '../../db/queries/stream-followed.ts';
import { newId } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { hasEnded } from '../../shared/execution.ts';
import { instantOf, localDay, zoneOf } from '../schedule/local-time.ts';
import type { Services } from '../services.ts';
import { dayItem } from './location.ts';

/** One day on an account's calendar. */
export interface CalendarDay {
  /** `2026-11-05` */
  name: string;
  beginsAt: Date;
  /** The next one's beginning. */
  endsAt: Date;
}

const dayMs = 86_400_000;

export function dayAt(now: Date, timezone: string): CalendarDay {
  const zone = zoneOf(timezone);
  const day = localDay(now, zone);
  const name = new Date(day * dayMs).toISOString().slice(0, 10);
  return { name, beginsAt: instantOf(day, 0, zone), endsAt: instantOf(day + 1, 0, zone) };
}

interface OpenedDay extends CalendarDay {
  executionId: Buffer;
  /** The database's clock less ours. */
  clockMs: number;
  /** Where each of its partitions is counted. */
  partitions: Map<string, Promise<PartitionDay>>;
}

/** A topic, and where its positions and days are kept. */
export interface ReadTopic {
  place: ItemPlace;
  topic: string;
}

/** The execution that a stream's events are counted in: one a day, by the database's clock and the account's zone. */
export class StreamDays {
  readonly #services: Services;
  readonly #followed: FollowedStream;
  #opening: Promise<OpenedDay> | undefined;

  constructor(services: Services, followed: FollowedStream) {
    this.#services = services;
    this.#followed = followed;
  }

  /** Today's execution, opened where it is not. Throws `cancelled` where the stream was disabled. */
  async executionId(): Promise<Buffer> {
    return (await this.#today()).executionId;
  }

  /** Where a partition's events of today are counted. */
  async dayOf(read: ReadTopic, partition: number): Promise<PartitionDay> {
    const day = await this.#today();
    // The cluster may be another one after a failure.
    const key = `${read.place.locationHash.toString('hex')}/${partition}`;
    let entering = day.partitions.get(key);
    if (!entering) {
      entering = this.#enter(read, partition, day);
      day.partitions.set(key, entering);
      entering.catch(() => day.partitions.delete(key));
    }
    return entering;
  }

  /** Somebody may have closed it. */
  forget(): void {
    this.#opening = undefined;
  }

  async #today(): Promise<OpenedDay> {
    const known = this.#opening;
    const day = await known;
    if (day && Date.now() + day.clockMs < day.endsAt.getTime()) return day;
    // Of several that find it ended, the first opens the next.
    if (this.#opening && this.#opening !== known) return this.#opening;
    const opening = this.#open();
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.forget();
    });
    return opening;
  }

  async #open(): Promise<OpenedDay> {
    try {
      return await this.#tryOpen();
    } catch (error) {
      // Another process was quicker by a moment; its execution is there now.
      if (isDuplicateKey(error)) return await this.#tryOpen();
      throw error;
    }
  }

  #tryOpen(): Promise<OpenedDay> {
    return transaction(this.#services.database.pool, async (connection) => {
      if (!(await isFollowed(connection, this.#followed))) throw disabled();
      const now = await databaseNow(connection);
      const day = dayAt(now, this.#followed.timezone);
      const executionId = await this.#execution(connection, day);
      return { ...day, executionId, clockMs: now.getTime() - Date.now(), partitions: new Map() };
    });
  }

  async #execution(connection: PoolConnection, { beginsAt }: CalendarDay): Promise<Buffer> {
    const { accountId, jobId, jobName, connectorName } = this.#followed;
    const known = await lockDay(connection, accountId, jobId, beginsAt);
    if (known) {
      if (hasEnded(known.status)) await reopenDay(connection, accountId, known.id);
      return known.id;
    }
    const id = newId();
    await addExecution(connection, {
      ...{ id, accountId, jobId, jobName, type: 'data_import', connectorNames: [connectorName] },
      ...{ triggerKind: 'stream', dueAt: beginsAt },
    });
    await moveExecution(connection, { accountId, subject: id }, ['pending'], 'processing');
    return id;
  }

  #enter({ place, topic }: ReadTopic, partition: number, { executionId, name }: OpenedDay): Promise<PartitionDay> {
    const { timezone } = this.#followed;
    return transaction(this.#services.database.pool, async (connection) => {
      // Nothing is added to a day that was closed meanwhile, for its items are counted.
      if (!(await lockOpenDay(connection, place.accountId, executionId)))
        throw new AppError('lease_lost', 'The day was closed; the next one is opened.');
      const enter = (version: string) =>
        enterDayItem(connection, place, executionId, dayItem(topic, partition, version));
      let item = await enter(name);
      // The account's zone was changed: its day of that name began at another time, and had another execution.
      if (!item.executionId.equals(executionId)) item = await enter(`${name} ${timezone}`);
      return { place, partition, executionId, itemId: item.id };
    });
  }
}

function disabled(): AppError {
  return new AppError('cancelled', 'The connector or its job was disabled, so nothing of its stream is stored.');
}
