import { hostname } from 'node:os';
import type { WorkKind } from '../../db/queries/work.ts';
import { dueKinds, forgetWorker, seeWorker, type WorkerRecord } from '../../db/queries/workers.ts';
import { newId } from '../../db/uuid.ts';
import type { ServiceSettings, Services } from '../services.ts';
import type { Announcements, LocalWorkers } from './announce/announcements.ts';
import type { Lane } from './lane.ts';
import { type LaneThread, openLaneThread } from './lane-thread.ts';
import { type RepeatedTask, startRepeatedTask } from './repeated-task.ts';
import { sweepMsOf, unannouncedMs } from './sweep.ts';

export interface Workers {
  /** There may be work: look at once, not at the next poll. */
  wake(): void;
  /** Lets work end or stop within a few seconds, and gives back the leases of what has not ended. */
  stop(): Promise<void>;
}

export interface WorkersOptions {
  lanes: readonly Lane[];
  /** How often lanes without a thread look for work. */
  pollMs?: number;
  /** How often a lane's thread is looked at: thirty looks without a sign of life end it. */
  watchMs?: number;
  /** Where this program hears of work, and tells what its threads have made. */
  announcements?: Announcements;
}

const usualWatchMs = 1_000;

/**
 * Serves lanes, from the main thread: looks for due work with one cheap query, keeps a thread for each lane that has some,
 * and says in the database that this worker is alive.
 */
export function startWorkers(
  settings: ServiceSettings,
  services: Services,
  { lanes, pollMs = sweepMsOf(services.config), watchMs = usualWatchMs, announcements }: WorkersOptions,
): Workers {
  const { config, database, log } = services;
  const { pool } = database;
  const laneThreads = lanes.map((lane) =>
    openLaneThread(lane, settings, services, {
      onExit: () => poll.run(),
      onAnnounced: (names) => announcements?.tell(names),
    }),
  );
  const self: WorkerRecord = {
    id: newId(),
    roles: [...new Set([...config.roles, 'worker'])],
    processId: process.pid,
    host: hostname(),
  };

  async function startDueLanes(): Promise<void> {
    const idle = laneThreads.filter((laneThread) => !laneThread.isRunning());
    if (idle.length === 0) return;
    const due = await dueKinds(
      pool,
      idle.flatMap(({ lane }) => lane.kinds),
    );
    for (const laneThread of idle) if (laneThread.lane.kinds.some((kind) => due.includes(kind))) laneThread.start();
  }

  const poll = startRepeatedTask(startDueLanes, {
    everyMs: pollMs,
    log,
    complaint: 'due work could not be looked for; tried again',
  });
  // On a timer of its own: how often work is looked for, by polls and by each wake(), says nothing of how long a thread
  // may take to load.
  const watching = setInterval(() => {
    for (const laneThread of laneThreads) laneThread.watch();
  }, watchMs);
  const looking = setInterval(() => {
    if (pollMs > unannouncedMs && !announcements?.isReceiving()) wake();
  }, unannouncedMs);
  const signOfLife = startRepeatedTask(() => seeWorker(pool, self), {
    everyMs: (config.leaseSeconds * 1000) / 3,
    log,
    complaint: 'this worker could not say that it is alive; tried again',
  });

  function wake(): void {
    poll.run();
    for (const laneThread of laneThreads) laneThread.wake();
  }

  announcements?.serve(localWorkers(laneThreads, poll));
  return {
    wake,
    async stop() {
      clearInterval(watching);
      clearInterval(looking);
      await Promise.all([poll.stop(), signOfLife.stop()]);
      await Promise.all(laneThreads.map((laneThread) => laneThread.stop()));
      await forgetWorker(pool, self.id);
    },
  };
}

/** A lane without a thread is given one when the database says that something is due for it. */
function localWorkers(laneThreads: LaneThread[], poll: RepeatedTask): LocalWorkers {
  const of = (kind: WorkKind) => laneThreads.filter(({ lane }) => lane.kinds.includes(kind));
  return {
    wakeFor(list) {
      for (const laneThread of list.flatMap(({ kind }) => of(kind))) {
        if (laneThread.isRunning()) laneThread.wake();
        else poll.run();
      }
    },
    take(names) {
      for (const laneThread of of(names.kind)) {
        if (laneThread.isRunning()) laneThread.take(names);
        else poll.run();
      }
    },
  };
}
