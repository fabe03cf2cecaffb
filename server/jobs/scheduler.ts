import { type Job, scheduleJob } from 'node-schedule';
import { earliestDue } from '../../db/queries/jobs.ts';
import { watchExpectedFiles } from '../alerts/expected-files.ts';
import type { Services } from '../services.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import { fireDueJobs, planJobs } from './fire.ts';

/** A file that does not come is told within about a minute. */
const expectedMs = 30_000;

export interface Scheduler {
  /** Jobs were changed: look again now. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

export interface SchedulerOptions {
  now?: () => Date;
  /** Looks this often for jobs that were changed by somebody else, or whose wake-up was missed. */
  sweepMs?: number;
}

/** A timer far ahead is of no use: the clock may be set and the job changed meanwhile. */
const longestSleepMs = 24 * 3_600_000;
/** Also the wait before what another scheduler is firing right now is looked at again. */
const shortestSleepMs = 200;

/**
 * The scheduler role. Due times live in the database, in UTC; the timer only wakes this program at the earliest one. Any
 * number of programs may run it.
 */
export function startScheduler(
  services: Services,
  { now = () => new Date(), sweepMs = 5_000 }: SchedulerOptions = {},
): Scheduler {
  const { log, database } = services;
  let alarm: Job | null = null;
  let isStopped = false;
  let queue: Promise<void> = Promise.resolve();

  async function look({ plan }: { plan: boolean }): Promise<void> {
    if (isStopped) return;
    try {
      if (plan) await planJobs(services, now());
      await fireDueJobs(services, now());
      await setAlarm();
    } catch (error) {
      log.warn({ err: error }, 'due jobs could not be looked for; tried again');
    }
  }

  async function setAlarm(): Promise<void> {
    const due = await earliestDue(database.pool);
    alarm?.cancel();
    alarm = null;
    if (!due || isStopped) return;
    const sleepMs = Math.min(Math.max(due.getTime() - now().getTime(), shortestSleepMs), longestSleepMs);
    alarm = scheduleJob(new Date(Date.now() + sleepMs), () => void enqueue({ plan: false }));
  }

  /** One look at a time. */
  function enqueue(what: { plan: boolean }): Promise<void> {
    queue = queue.then(() => look(what));
    return queue;
  }

  const expecting = startRepeatedTask(() => watchExpectedFiles(services, now()), {
    everyMs: expectedMs,
    log,
    complaint: 'expected files could not be looked for; tried again',
  });
  const sweep = setInterval(() => void enqueue({ plan: false }), sweepMs);
  void enqueue({ plan: true });
  return {
    refresh: () => enqueue({ plan: true }),
    async stop() {
      isStopped = true;
      clearInterval(sweep);
      await expecting.stop();
      await queue;
      alarm?.cancel();
    },
  };
}
