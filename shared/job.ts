import { z } from 'zod';
import { jobAlertsSchema } from './alert.ts';
import { longestName, nameSchema } from './name.ts';
import { reportSchema } from './report.ts';

export const jobTypes = ['data_import', 'data_export'] as const;
export type JobType = (typeof jobTypes)[number];

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM');
const localDateTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'a local date and time as YYYY-MM-DDTHH:MM')
  .refine((text) => z.iso.date().safeParse(text.slice(0, 10)).success, 'a day that the calendar has');
const localDate = z.iso.date('a date as YYYY-MM-DD');

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
export const zoneSchema = z.string().refine(isZone, 'an IANA time zone such as Asia/Kolkata');

/** What a schedule is until somebody says otherwise: daily at 02:30 India time. */
export const defaultSchedule = { at: '02:30', timezone: 'Asia/Kolkata' } as const;

/** Of `every` so many minutes: a day. */
export const mostMinutes = 1440;

const frame = {
  timezone: zoneSchema.optional(),
  start_date: localDate.optional(),
  end_date: z.union([localDate, z.literal('never')]).default('never'),
  overlap: z.enum(['skip', 'queue']).default('skip'),
};

const chosenFrequencies = ['one_time', 'daily', 'weekly', 'monthly', 'every', 'cron'];

export const scheduleSchema = z
  .discriminatedUnion(
    'frequency',
    [
      z.strictObject({ frequency: z.literal('one_time'), at: localDateTime, ...frame }),
      z.strictObject({ frequency: z.literal('daily'), at: clockTime.default(defaultSchedule.at), ...frame }),
      z.strictObject({
        frequency: z.literal('weekly'),
        days: z.array(z.enum(weekdays)).min(1),
        at: clockTime.default(defaultSchedule.at),
        ...frame,
      }),
      z.strictObject({
        frequency: z.literal('monthly'),
        day: z.union([z.number().int().min(1).max(31), z.literal('last')]),
        at: clockTime.default(defaultSchedule.at),
        ...frame,
      }),
      z.strictObject({ frequency: z.literal('every'), minutes: z.number().int().min(1).max(mostMinutes), ...frame }),
      // Five fields or a macro such as @daily; what they may hold is judged by the server (server/schedule/cron.ts).
      z.strictObject({ frequency: z.literal('cron'), expression: z.string().trim().min(1).max(200), ...frame }),
      // Of a stream's own job: it has no due times, for it never ends.
      z.strictObject({ frequency: z.literal('continuous'), ...frame }),
    ],
    { error: ({ code }) => (code === 'invalid_union' ? `must be one of ${chosenFrequencies.join(', ')}` : undefined) },
  )
  .superRefine((schedule, ctx) => {
    const { start_date: start, end_date: end } = schedule;
    if (start !== undefined && end !== 'never' && end < start)
      ctx.addIssue({ code: 'custom', path: ['end_date'], message: 'the last day is before the first' });
    if (schedule.frequency !== 'one_time') return;
    const day = schedule.at.slice(0, 10);
    if ((start !== undefined && day < start) || (end !== 'never' && day > end))
      ctx.addIssue({ code: 'custom', path: ['at'], message: 'a day from start_date to end_date, or it never comes' });
  });
export type Schedule = z.infer<typeof scheduleSchema>;

export const longestJobName = longestName;

export const jobSchema = z
  .strictObject({
    name: nameSchema,
    type: z.enum(jobTypes),
    connectors: z.array(z.string().min(1)).min(1).max(50, 'at most 50 connectors'),
    schedule: scheduleSchema,
    report: reportSchema.optional(),
    // Who is told of its ends in the place of whom the account says; absent: the account's.
    alerts: jobAlertsSchema.optional(),
    is_enabled: z.boolean().default(true),
  })
  .superRefine((job, ctx) => {
    if (job.schedule.frequency === 'continuous')
      ctx.addIssue({
        code: 'custom',
        path: ['schedule', 'frequency'],
        message: 'only the job that comes with a stream (ECC 6x) is continuous; choose another frequency',
      });
    if (job.type === 'data_import' && job.report)
      ctx.addIssue({ code: 'custom', path: ['report'], message: 'only an export job has a report' });
    if (job.type === 'data_import' && job.connectors.length > 1)
      ctx.addIssue({ code: 'custom', path: ['connectors'], message: 'an import job reads from one connector' });
  });
export type JobInput = z.infer<typeof jobSchema>;
