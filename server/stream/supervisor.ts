import { writeDayFailure } from '../../db/queries/stream-days.ts';
import { type FollowedStream, listFollowed } from '../../db/queries/stream-followed.ts';
import { removeDeadReaders, removeReader, saveReaders } from '../../db/queries/stream-readers.ts';
import { newId } from '../../db/uuid.ts';
import { streamTypes } from '../connectors/registry.ts';
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
  pollMs?: number;
  /** Ids of the connector types that have a stream; the product's where it is not said. */
  types?: readonly string[];
}

interface Entry {
  follower: Follower;
  /** Set while it ends. */
  ending: Promise<void> | undefined;
  /** What the day's execution was told last; null: that is to be told again, for others write it, too. */
  savedFailure: string | undefined | null;
}

/** Dead readers and days that are over are looked for once in so many polls. */
const pollsPerCleanup = 5;

/** Keeps a follower for each stream that is switched on, and closes the days that are over. */
export function startSupervisor(
  services: Services,
  { pollMs = 1_000, types = streamTypes, ...options }: SupervisorOptions,
): Supervisor {
  const { pool } = services.database;
  const { log } = services;
  const processId = newId();
  const buffers = new BufferPool();
  const entries = new Map<number, Entry>();
  let polls = 0;

  async function poll(): Promise<void> {
    const wanted = await listFollowed(pool, types);
    const hasEnded = reconcile(wanted);
    await saveStatuses();
    if (!hasEnded && polls++ % pollsPerCleanup !== 0) return;
    for (const entry of entries.values()) entry.savedFailure = null;
    await removeDeadReaders(pool);
    await closeDays(services);
  }

  /** Whether a stream is read no more. */
  function reconcile(wanted: FollowedStream[]): boolean {
    const byId = new Map(wanted.map((stream) => [stream.connectorId, stream]));
    let hasEnded = false;
    for (const [id, { follower, ending }] of entries) {
      if (ending || byId.get(id)?.configuration === follower.followed.configuration) continue;
      hasEnded ||= !byId.has(id);
      void end(id);
    }
    for (const followed of wanted) {
      if (entries.has(followed.connectorId)) continue;
      const follower = new Follower(services, followed, { ...options, buffers });
      entries.set(followed.connectorId, { follower, ending: undefined, savedFailure: null });
    }
    return hasEnded;
  }

  function end(connectorId: number): Promise<void> {
    const entry = entries.get(connectorId);
    if (!entry) return Promise.resolve();
    entry.ending ??= entry.follower
      .stop()
      .then(() => removeReader(pool, processId, connectorId))
      .catch((error: unknown) => log.warn({ err: error, connectorId }, 'the end of a stream was not orderly'))
      .finally(() => {
        entries.delete(connectorId);
        tasks.run();
      });
    return entry.ending;
  }

  async function saveStatuses(): Promise<void> {
    const live = [...entries.values()].filter(({ ending }) => !ending);
    await Promise.all(live.map((entry) => saveDayFailure(entry)));
    await saveReaders(
      pool,
      processId,
      live.map(({ follower }) => follower.status()),
    );
  }

  /** A day that cannot be opened is told in the log; the others are told their own. */
  async function saveDayFailure(entry: Entry): Promise<void> {
    const { follower } = entry;
    const { accountId, connectorId } = follower.followed;
    try {
      const executionId = await follower.openDay();
      const { failure } = follower;
      if (failure?.message === entry.savedFailure) return;
      await writeDayFailure(pool, { accountId, executionId, connectorId }, processId, failure);
      entry.savedFailure = failure?.message;
    } catch (error) {
      log.debug({ err: error, connectorId }, "a stream's day could not be brought up to date");
    }
  }

  const tasks = startRepeatedTask(poll, {
    ...{ everyMs: pollMs, log, complaint: 'the streams could not be brought up to date; tried again' },
  });
  return {
    async stop() {
      await tasks.stop();
      await Promise.all([...entries.keys()].map(end));
    },
  };
}
