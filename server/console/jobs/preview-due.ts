import { z } from 'zod';
import { scheduleSchema } from '../../../shared/job.ts';
import { listDueTimes } from '../../jobs/schedule.ts';
import { adminOfConsole } from '../trpc.ts';

const previewed = 5;
const inputSchema = z.strictObject({ schedule: scheduleSchema });

/** The next five times of a schedule that is being typed; fewer where it ends. */
export const previewDue = adminOfConsole
  .input(inputSchema)
  .query(({ ctx, input }): { due: string[]; timezone: string } => {
    const { timezone } = ctx.session.account;
    const due = [...listDueTimes(input.schedule, timezone, new Date(), previewed)];
    return { due: due.map((time) => time.toISOString()), timezone: input.schedule.timezone ?? timezone };
  });
