import { type Job, scheduleJob } from 'node-schedule';
import { databaseNow } from '../../db/queries/clock.ts';
import { earliestDue } from '../../db/queries/jobs.ts';
import { startWatch } from '../alerts/watch.ts';
import { fireDueJobs, planJobs } from '../schedule/fire.ts';
import type { Services } from '../services.ts';

export interface Scheduler {
  /** Jobs were changed: look again now. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

export interface SchedulerOptions {
  /** Until given, the database's clock: that of this machine may be wrong or be set. */
  now?: () => Date;
  /** Looks this often for jobs that were changed by somebody else, or whose wake-up was missed. */
  sweepMs?: number;
  /** Reckons all due times again this often. */
  planMs?: number;
}

/** A timer far ahead is of no use: the clock may be set and the job changed meanwhile. */
const longestSleepMs = 24 * 3_600_000;
/** Also the wait before what another scheduler is firing right now is looked at again. */
const shortestSleepMs = 200;

/**
 * The scheduler role: fires what is due, and watches for what does not come. Due times live in the database, in UTC; the
 * timer only wakes this program at the earliest one. Any number of programs may run it.
 */
export function startScheduler(
  services: Services,
  { now, sweepMs = 5_000, planMs = 5 * 60_000 }: SchedulerOptions = {},
): Scheduler {
  const { log, database } = services;
  const clock = async () => now?.() ?? (await databaseNow(database.pool));
  let alarm: Job | null = null;
  let isStopped = false;
  /** A failure is told once until it works again. */
  let isFailing = false;
  let queue: Promise<void> = Promise.resolve();

  async function look({ plan }: { plan: boolean }): Promise<void> {
    if (isStopped) return;
    try {
      if (plan) await planJobs(services, await clock());
      const instant = await clock();
      const fired = await fireDueJobs(services, instant);
      // What is owed still is being fired by another scheduler, or cannot be: a sweep looks at it again.
      await setAlarm(await earliestDue(database.pool, fired > 0 ? undefined : instant));
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, 'due jobs could not be looked for; tried again');
      isFailing = true;
    }
  }

  async function setAlarm(due: Date | null): Promise<void> {
    alarm?.cancel();
    alarm = null;
    if (!due || isStopped) return;
    const aheadMs = due.getTime() - (await clock()).getTime();
    const sleepMs = Math.min(Math.max(aheadMs, shortestSleepMs), longestSleepMs);
    alarm = scheduleJob(new Date(Date.now() + sleepMs), () => void enqueue({ plan: false }));
  }

  /** One look at a time. */
  function enqueue(what: { plan: boolean }): Promise<void> {
    queue = queue.then(() => look(what));
    return queue;
  }

  const watch = startWatch(services, clock);
  const sweep = setInterval(() => void enqueue({ plan: false }), sweepMs);
  const planning = setInterval(() => void enqueue({ plan: true }), planMs);
  void enqueue({ plan: true });
  return {
    refresh: () => enqueue({ plan: true }),
    async stop() {
      isStopped = true;
      clearInterval(sweep);
      clearInterval(planning);
      await watch.stop();
      await queue;
      alarm?.cancel();
    },
  };
}
