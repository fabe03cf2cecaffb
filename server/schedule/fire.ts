import type { PoolConnection } from 'mysql2/promise';
import { isDuplicateKey, transaction } from '../../db/database.ts';
import { addExecution, type NewExecution, openRun } from '../../db/queries/executions.ts';
import { dueJobs, idleJobs, type JobRecord, jobConnectors, lockDueJob, moveNextDue } from '../../db/queries/jobs.ts';
import { addWork } from '../../db/queries/work.ts';
import { newId } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import { type DueTimes, dueTimesOf, nextDue } from './schedule.ts';

const batchSize = 100;
const concurrency = 4;
/** A firing later than this is said to be a catch-up, also where only one time was missed. */
const lateMs = 2 * 60_000;
/** Missed due times are counted up to here. */
const mostCounted = 10_000;
const longestNote = 500;

/**
 * Fires every job whose time has come, and returns how many executions this scheduler made. Any number of schedulers may
 * do this at once: a job is locked while it fires, its due time moves in the same transaction, and an execution is
 * unique on job and due time.
 */
export async function fireDueJobs(services: Services, now: Date): Promise<number> {
  let fired = 0;
  // Each is tried once: what is locked is being fired by somebody else, and what failed must not keep the others back.
  for (let place: JobRecord | undefined; ; ) {
    const jobs = await dueJobs(services.database.pool, now, batchSize, place);
    fired += await fireAll(services, jobs, now);
    place = jobs.at(-1);
    if (jobs.length < batchSize) return fired;
  }
}

/** Many jobs are due at 02:30: a few are fired at a time. */
async function fireAll(services: Services, jobs: JobRecord[], now: Date): Promise<number> {
  const waiting = [...jobs];
  let fired = 0;
  const fireNext = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) if (await tryFire(services, job, now)) fired++;
  };
  await Promise.all(Array.from({ length: concurrency }, fireNext));
  return fired;
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

async function fire({ database }: Services, { id, nextDueAt: due }: JobRecord, now: Date): Promise<boolean> {
  if (!due) return false;
  return await transaction(database.pool, async (connection) => {
    const job = await lockDueJob(connection, id, due);
    if (!job) return false;
    const passed = passedTimes(job, due, now);
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
  /** How many came before it without a firing, Infinity for more than are counted. */
  missed: number;
  next: Date | null;
  /** Why there is no next time, where the schedule means nothing any more. */
  trouble?: string;
}

/** A run that is owed is made also where its schedule means nothing any more, so that the history tells. */
function passedTimes({ schedule, accountZone }: JobRecord, first: Date, now: Date): Passed {
  try {
    const times = dueTimesOf(schedule, accountZone);
    const last = times.latest(now);
    const latest = last && last > first ? last : first;
    return { latest, missed: countBetween(times, first, latest), next: times.next(now) };
  } catch (error) {
    if (error instanceof AppError && error.kind === 'config')
      return { latest: first, missed: 0, next: null, trouble: error.message };
    throw error;
  }
}

/** How many due times there are from `first` on until before `latest`. */
function countBetween(times: DueTimes, first: Date, latest: Date): number {
  let count = 0;
  for (let due: Date | null = first; due && due < latest; due = times.next(due))
    if (++count > mostCounted) return Number.POSITIVE_INFINITY;
  return count;
}

const overlapNotes = {
  skip: 'skipped: the run before had not ended',
  queue: 'queued: the run before had not ended when it was due',
  queueBehindOther: 'queued: a retry, or days that were read again, had not ended when it was due',
};
type Overlap = keyof typeof overlapNotes;

/** What is open of its job decides about a firing. It is never skipped for a retry or a backfill, which do not do its work. */
async function overlapOf(connection: PoolConnection, job: JobRecord): Promise<Overlap | undefined> {
  const open = await openRun(connection, job.accountId, job.id);
  return open === 'other' ? 'queueBehindOther' : open && job.schedule.overlap;
}

type Firing = Passed & { isLate: boolean };

async function addFiring(connection: PoolConnection, job: JobRecord, firing: Firing): Promise<boolean> {
  const { accountId, id: jobId } = job;
  const overlap = await overlapOf(connection, job);
  const isSkipped = overlap === 'skip';
  const connectors = await jobConnectors(connection, accountId, jobId);
  const note = noteOf(firing, overlap);
  const execution: NewExecution = {
    ...{ id: newId(), accountId, jobId, jobName: job.name, type: job.type, report: job.report },
    connectorNames: connectors.map(({ name }) => name),
    ...{ dueAt: firing.latest, triggerKind: firing.missed > 0 || firing.isLate ? 'catch_up' : 'schedule' },
    ...(note !== '' && { note }),
    ...(isSkipped && { cancelled: true }),
  };
  try {
    await addExecution(connection, execution);
  } catch (error) {
    // The schedule was edited back to a time that has had its run.
    if (isDuplicateKey(error)) return false;
    throw error;
  }
  if (!isSkipped) await addWork(connection, [{ kind: 'execute', accountId, subject: execution.id }]);
  return true;
}

/** What the history says of a firing that is not like every other. */
function noteOf({ missed, isLate, trouble }: Firing, overlap: Overlap | undefined): string {
  const notes = [
    overlap && overlapNotes[overlap],
    missed > 0 && missedNote(missed, overlap === 'skip'),
    missed === 0 && isLate && overlap !== 'skip' && 'caught up: its time passed while nothing was running',
    trouble && `the last due time until the job is edited: ${trouble}`,
  ];
  return notes
    .filter((note) => typeof note === 'string')
    .join('; ')
    .slice(0, longestNote);
}

function missedNote(missed: number, isSkipped: boolean): string {
  const count = Number.isFinite(missed) ? missed : `more than ${mostCounted}`;
  const times = `${count} earlier due time${missed === 1 ? '' : 's'}`;
  if (isSkipped) return `${times} ${missed === 1 ? 'was' : 'were'} missed as well`;
  return `caught up: this run stands for ${times} missed as well`;
}

/**
 * Gives every job, or those of one account, that nothing is owed the due time that its schedule has next. A due time may
 * be missing or be wrong: the account's zone was changed, a newer Node.js knows other clock changes, or it was reckoned by
 * a clock that was wrong and has been set. Jobs that are done for good have none. A due time that has had its run is not run again.
 */
export async function planJobs(services: Services, now: Date, accountId?: number): Promise<void> {
  for (let afterId = 0; ; ) {
    const jobs = await idleJobs(services.database.pool, now, batchSize, { afterId, accountId });
    for (const job of jobs) await tryPlan(services, job, now);
    afterId = jobs.at(-1)?.id ?? afterId;
    if (jobs.length < batchSize) return;
  }
}

async function tryPlan({ database, log }: Services, job: JobRecord, now: Date): Promise<void> {
  const { id: jobId, accountId } = job;
  try {
    const next = nextDue(job.schedule, job.accountZone, now);
    if (next?.getTime() === job.nextDueAt?.getTime()) return;
    await moveNextDue(database.pool, job, next);
    if (job.nextDueAt) log.info({ jobId, accountId, from: job.nextDueAt, to: next }, 'a due time was set right');
  } catch (error) {
    log.error({ err: error, jobId, accountId }, 'the next due time of a job could not be found');
  }
}
