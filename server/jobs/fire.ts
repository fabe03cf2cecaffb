import type { PoolConnection } from 'mysql2/promise';
import { isDuplicateKey, transaction } from '../../db/database.ts';
import { addExecution, hasOpenExecution, type NewExecution } from '../../db/queries/executions.ts';
import {
  dueJobs,
  type JobRecord,
  jobConnectors,
  lockDueJob,
  moveNextDue,
  unplannedJobs,
} from '../../db/queries/jobs.ts';
import { addWork } from '../../db/queries/work.ts';
import { newId } from '../../db/uuid.ts';
import type { Services } from '../services.ts';
import { type DueTimes, dueTimesOf, nextDue } from './schedule.ts';

const batchSize = 100;
/** A firing later than this is said to be a catch-up, also where only one time was missed. */
const lateMs = 2 * 60_000;

/**
 * Fires every job whose time has come, and returns how many executions this scheduler made. Any number of schedulers may
 * do this at once: a job is locked while it fires, its due time moves in the same transaction, and an execution is
 * unique on job and due time.
 */
export async function fireDueJobs(services: Services, now: Date): Promise<number> {
  for (let fired = 0; ; ) {
    const jobs = await dueJobs(services.database.pool, now, batchSize);
    const before = fired;
    for (const job of jobs) if (await tryFire(services, job, now)) fired++;
    // What is left over is being fired by somebody else, or failed and is told in the log.
    if (jobs.length < batchSize || fired === before) return fired;
  }
}

/** One job's trouble must not keep the others from their time. */
async function tryFire(services: Services, job: JobRecord, now: Date): Promise<boolean> {
  try {
    return await fire(services, job, now);
  } catch (error) {
    services.log.error({ err: error, jobId: job.id, accountId: job.accountId }, 'a due job could not be started');
    return false;
  }
}

async function fire({ database }: Services, job: JobRecord, now: Date): Promise<boolean> {
  const { nextDueAt: due } = job;
  if (!due) return false;
  const passed = passedTimes(dueTimesOf(job.schedule, job.accountZone), due, now);
  return await transaction(database.pool, async (connection) => {
    if (!(await lockDueJob(connection, job.id, due))) return false;
    const made = await addFiring(connection, job, {
      ...passed,
      isLate: now.getTime() - passed.latest.getTime() > lateMs,
    });
    await moveNextDue(connection, job, passed.next);
    return made;
  });
}

interface Passed {
  /** The latest due time that has come; it stands for those before it. */
  latest: Date;
  /** How many came before it without a firing. */
  missed: number;
  next: Date | null;
}

function passedTimes(times: DueTimes, first: Date, now: Date): Passed {
  let latest = first;
  let next = times.next(first);
  let missed = 0;
  for (; next && next <= now; missed++) {
    latest = next;
    next = times.next(next);
  }
  return { latest, missed, next };
}

type Firing = Passed & { isLate: boolean };

async function addFiring(connection: PoolConnection, job: JobRecord, firing: Firing): Promise<boolean> {
  const { accountId, id: jobId } = job;
  const isOverlapping = job.schedule.overlap === 'skip' && (await hasOpenExecution(connection, accountId, jobId));
  const connectors = await jobConnectors(connection, accountId, jobId);
  const execution: NewExecution = {
    ...{ id: newId(), accountId, jobId, jobName: job.name, type: job.type, report: job.report },
    connectorNames: connectors.map(({ name }) => name),
    dueAt: firing.latest,
    ...triggerOf(firing),
    ...(isOverlapping && { cancelled: true, note: 'skipped: the run before had not ended' }),
  };
  try {
    await addExecution(connection, execution);
  } catch (error) {
    // The schedule was edited back to a time that has had its run.
    if (isDuplicateKey(error)) return false;
    throw error;
  }
  if (!isOverlapping) await addWork(connection, [{ kind: 'execute', accountId, subject: execution.id }]);
  return true;
}

function triggerOf({ missed, isLate }: Firing): Pick<NewExecution, 'triggerKind' | 'note'> {
  if (missed === 0 && !isLate) return { triggerKind: 'schedule' };
  if (missed === 0) return { triggerKind: 'catch_up', note: 'caught up: its time passed while nothing was running' };
  const count = `${missed} earlier due time${missed === 1 ? '' : 's'}`;
  return { triggerKind: 'catch_up', note: `caught up: this run stands for ${count} missed as well` };
}

/** Gives jobs without a due time their next one; those that are done for good have none. */
export async function planJobs({ database }: Services, now: Date): Promise<void> {
  for (const job of await unplannedJobs(database.pool)) {
    const next = nextDue(job.schedule, job.accountZone, now);
    if (next) await moveNextDue(database.pool, job, next);
  }
}
