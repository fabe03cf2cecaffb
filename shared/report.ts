import { z } from 'zod';
import { longestName } from './name.ts';

const localDate = z.iso.date('a date as YYYY-MM-DD');

export const namedRanges = ['today', 'yesterday', 'last_7_days', 'last_30_days', 'this_month', 'last_month'] as const;

/** Days in the account's zone; relative ones count from when the report is asked for. Both days of a pair are in it. */
export const dateRangeSchema = z.union([
  z.enum(namedRanges),
  z
    .strictObject({ from: localDate, to: localDate })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'the last day is before the first' }),
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

export const fileFormats = ['csv', 'xlsx', 'jsonl', 'parquet'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** The longest name of a category with what stands around it. */
const columnName = z.string().min(1).max(240);

/** A column by its name, which is its heading too, or under a heading of its own. */
export const reportColumnSchema = z.union([
  columnName,
  z.strictObject({ column: columnName, header: z.string().trim().min(1).max(200) }),
]);
export type ReportColumn = z.infer<typeof reportColumnSchema>;

export function columnNameOf(column: ReportColumn): string {
  return typeof column === 'string' ? column : column.column;
}

export function headerOf(column: ReportColumn): string {
  return typeof column === 'string' ? column : column.header;
}

/** Two columns under one heading would be one key in JSONL and Parquet. */
export const reportColumnsSchema = z
  .array(reportColumnSchema)
  .min(1)
  .max(500)
  .superRefine((columns, ctx) => {
    const seen = new Set<string>();
    for (const [index, column] of columns.entries()) {
      const header = headerOf(column);
      if (seen.has(header))
        ctx.addIssue({ code: 'custom', path: [index], message: `there is already a column "${header}"` });
      seen.add(header);
    }
  });

export const reportSchema = z.strictObject({
  quality_profile: z.string().min(1).optional(),
  date_range: dateRangeSchema.default('last_7_days'),
  /** By name: one's own, or one that is shared in the account. */
  saved_filter: z.string().trim().min(1).max(longestName).optional(),
  columns: reportColumnsSchema.default(defaultColumns),
  /** Wins over the connector's. */
  file_format: z.enum(fileFormats).optional(),
  /** Of a CSV: begin with a byte order mark, by which Excel knows that it is UTF-8. */
  bom: z.boolean().optional(),
});
export type ReportConfig = z.infer<typeof reportSchema>;
