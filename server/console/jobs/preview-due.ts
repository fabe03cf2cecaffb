import { z } from 'zod';
import { scheduleSchema } from '../../../shared/job.ts';
import { noteOfDue } from '../../jobs/due-note.ts';
import { listDueTimes } from '../../schedule/schedule.ts';
import { adminOfConsole } from '../trpc.ts';

const previewed = 5;
const inputSchema = z.strictObject({ schedule: scheduleSchema });

export interface DuePreview {
  /** ISO instants; `note` says in words what moved one, null where nothing did. */
  due: { at: string; note: string | null }[];
  /** The schedule's zone. */
  timezone: string;
}

/** The next five times of a schedule that is being typed; fewer where it ends. */
export const previewDue = adminOfConsole.input(inputSchema).query(({ ctx, input: { schedule } }): DuePreview => {
  const { timezone } = ctx.session.account;
  const due = [...listDueTimes(schedule, timezone, new Date(), previewed)];
  return {
    due: due.map((time) => ({ at: time.toISOString(), note: noteOfDue(schedule, timezone, time) })),
    timezone: schedule.timezone ?? timezone,
  };
});
