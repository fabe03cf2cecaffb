import { writeDayFailure } from '../../db/queries/stream-days.ts';
import { type FollowedStream, listFollowed } from '../../db/queries/stream-followed.ts';
import { forgetDeadReaders, forgetReader, seeReaders } from '../../db/queries/stream-readers.ts';
import { newId } from '../../db/uuid.ts';
import { connectorTypes } from '../connectors/registry.ts';
import type { Services } from '../services.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import { BufferPool } from './chunks.ts';
import { closeDays } from './close-days.ts';
import { Follower, type FollowerOptions } from './follower.ts';

export interface Supervisor {
  /** Leaves the groups after the batches under way. */
  stop(): Promise<void>;
}

export interface SupervisorOptions extends Omit<FollowerOptions, 'buffers'> {
  lookMs?: number;
  /** Ids of the connector types that have a stream; the product's where it is not said. */
  types?: readonly string[];
}

interface Kept {
  follower: Follower;
  /** Set while it ends. */
  ending: Promise<void> | undefined;
  /** What the day's execution was told last; null: that is to be told again, for others write it, too. */
  toldFailure: string | undefined | null;
}

/** So many looks lie between two at what changes seldom. */
const rareLooks = 5;

/** Keeps a follower for each stream that is switched on, and closes the days that are over. */
export function startSupervisor(
  services: Services,
  { lookMs = 1_000, types = streamTypes(), ...options }: SupervisorOptions,
): Supervisor {
  const { pool } = services.database;
  const { log } = services;
  const processId = newId();
  const buffers = new BufferPool();
  const kept = new Map<number, Kept>();
  let looks = 0;

  async function look(): Promise<void> {
    const wanted = await listFollowed(pool, types);
    const hasEnded = reconcile(wanted);
    await tellStandings();
    if (!hasEnded && looks++ % rareLooks !== 0) return;
    for (const entry of kept.values()) entry.toldFailure = null;
    await forgetDeadReaders(pool);
    await closeDays(services);
  }

  /** Whether a stream is read no more. */
  function reconcile(wanted: FollowedStream[]): boolean {
    const byId = new Map(wanted.map((stream) => [stream.connectorId, stream]));
    let hasEnded = false;
    for (const [id, { follower, ending }] of kept) {
      if (ending || byId.get(id)?.configuration === follower.followed.configuration) continue;
      hasEnded ||= !byId.has(id);
      void end(id);
    }
    for (const followed of wanted) {
      if (kept.has(followed.connectorId)) continue;
      const follower = new Follower(services, followed, { ...options, buffers });
      kept.set(followed.connectorId, { follower, ending: undefined, toldFailure: null });
    }
    return hasEnded;
  }

  function end(connectorId: number): Promise<void> {
    const entry = kept.get(connectorId);
    if (!entry) return Promise.resolve();
    entry.ending ??= entry.follower
      .stop()
      .then(() => forgetReader(pool, processId, connectorId))
      .catch((error: unknown) => log.warn({ err: error, connectorId }, 'the end of a stream was not orderly'))
      .finally(() => {
        kept.delete(connectorId);
        tasks.run();
      });
    return entry.ending;
  }

  async function tellStandings(): Promise<void> {
    const live = [...kept.values()].filter(({ ending }) => !ending);
    await Promise.all(live.map((entry) => tellDay(entry)));
    await seeReaders(
      pool,
      processId,
      live.map(({ follower }) => follower.standing()),
    );
  }

  /** A day that cannot be opened is told in the log; the others are told their own. */
  async function tellDay(entry: Kept): Promise<void> {
    const { follower } = entry;
    const { accountId, connectorId } = follower.followed;
    try {
      const executionId = await follower.look();
      const { failure } = follower;
      if (!executionId || failure?.message === entry.toldFailure) return;
      await writeDayFailure(pool, { accountId, executionId, connectorId }, processId, failure);
      entry.toldFailure = failure?.message;
    } catch (error) {
      log.debug({ err: error, connectorId }, "a stream's day could not be brought up to date");
    }
  }

  const tasks = startRepeatedTask(look, {
    ...{ everyMs: lookMs, log, complaint: 'the streams could not be looked at; tried again' },
  });
  return {
    async stop() {
      await tasks.stop();
      await Promise.all([...kept.keys()].map(end));
    },
  };
}

export function streamTypes(): string[] {
  return connectorTypes.filter(({ stream }) => stream !== undefined).map(({ id }) => id);
}
