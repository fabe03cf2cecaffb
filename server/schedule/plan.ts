import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../shared/error.ts';
import type { Schedule } from '../../shared/job.ts';
import { nextDue } from './schedule.ts';

interface Planned {
  schedule: Schedule;
  is_enabled: boolean;
}

interface Clock {
  /** The account's. */
  timezone: string;
  /** By the database's clock. */
  now: Date;
}

/**
 * When a job is due that is being saved. A time that has come and has not had its run stays owed unless the schedule is
 * another one; what passed while the job was disabled is not made up for.
 */
export function plannedDue(
  { timezone, now }: Clock,
  job: Planned,
  before: (Planned & { next_due_at: Date | null }) | null,
): Date | null {
  if (!job.is_enabled) return null;
  if (before?.is_enabled && isDeepStrictEqual(before.schedule, job.schedule)) return before.next_due_at;
  return nextDue(job.schedule, timezone, now);
}

/** `invalid` at the field that ended it where no time of the schedule is still to come; undefined where there is one. */
export function dueRefusal(schedule: Schedule, { timezone, now }: Clock): AppError | undefined {
  if (nextDue(schedule, timezone, now)) return undefined;
  const zone = schedule.timezone ?? timezone;
  if (schedule.frequency === 'one_time')
    return new AppError(
      'invalid',
      `${schedule.at.replace('T', ' ')} is over in ${zone}, so it would never run. Give a later time.`,
      { field: 'schedule.at' },
    );
  return new AppError(
    'invalid',
    'No time of this schedule is still to come, so it would never run. Give a later last day, or let it never end.',
    { field: 'schedule.end_date' },
  );
}
