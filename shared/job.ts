import { z } from 'zod';

export const jobTypes = ['data_import', 'data_export'] as const;
export type JobType = (typeof jobTypes)[number];

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM');
const localDateTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'a local date and time as YYYY-MM-DDTHH:MM');
const localDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date as YYYY-MM-DD');

export function isZone(zone: string): boolean {
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

const frame = {
  timezone: zoneSchema.optional(),
  start_date: localDate.optional(),
  end_date: z.union([localDate, z.literal('never')]).default('never'),
  overlap: z.enum(['skip', 'queue']).default('skip'),
};

export const scheduleSchema = z.discriminatedUnion('frequency', [
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
  z.strictObject({ frequency: z.literal('every'), minutes: z.number().int().min(1).max(1440), ...frame }),
  // Of a stream's own job: it has no due times, for it never ends.
  z.strictObject({ frequency: z.literal('continuous'), ...frame }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

export const dateRangeSchema = z.union([
  z.enum(['today', 'yesterday', 'last_7_days', 'last_30_days', 'this_month', 'last_month']),
  z.strictObject({ from: localDate, to: localDate }),
]);
export type DateRange = z.infer<typeof dateRangeSchema>;

/** The columns of a report that are an interaction's own (by their API names) or its analysis's. */
export const reportFields = [
  'interaction_id',
  'external_interaction_id',
  'channel_type',
  'source',
  'language',
  'interaction_start_time',
  'duration_seconds',
  'audio_format',
  'callback_url',
  'audio_url',
  'transcript_url',
  'pii_redacted',
  'status',
  'status_modified_at',
  'failure_reason',
  'created_at',
  'analysis_id',
  'profile_id',
  'profile_name',
  'quality_profile',
  'quality_profile_version',
  'ai_score',
  'qa_score',
  'final_score',
  'criticality_adjusted_score',
  'max_score',
  'percentage_score',
  'coverage_percent',
  'analysis_created_at',
  'analysis_completed_at',
  'transcript_text',
] as const;
export type ReportField = (typeof reportFields)[number];

/** Until a report names its columns, these. */
export const defaultColumns = [
  'external_interaction_id',
  'channel_type',
  'interaction_start_time',
  'duration_seconds',
  'agent_name',
  'final_score',
  'max_score',
  'percentage_score',
];

export const reportSchema = z.strictObject({
  quality_profile: z.string().min(1).optional(),
  date_range: dateRangeSchema.default('last_7_days'),
  columns: z.array(z.string().min(1)).min(1).default(defaultColumns),
  file_format: z.enum(['csv']).optional(),
});
export type ReportConfig = z.infer<typeof reportSchema>;

export const jobSchema = z
  .strictObject({
    name: z.string().min(1).max(120),
    type: z.enum(jobTypes),
    connectors: z.array(z.string().min(1)).min(1),
    schedule: scheduleSchema,
    report: reportSchema.optional(),
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
