import { z } from 'zod';
import { executionStatuses } from '../../../shared/execution.ts';
import { logLevels } from '../../../shared/execution-log.ts';
import { jobTypes } from '../../../shared/job.ts';
import { fileFormats } from '../../../shared/report.ts';
import { failureField, idField, instantField } from '../../answer-fields.ts';
import { pageQuery, paginationField } from './read.ts';

export const count = (description: string) => z.int().meta({ description, example: 12 });

const items = z
  .object({
    listed: count('Files or objects that the source offered.'),
    done: count('Read to their end.'),
    unchanged: count('Read by an earlier execution already.'),
    waiting: count('Not complete yet; the next execution looks again.'),
    failed: count('That could not be read.'),
  })
  .meta({ description: 'Items of an import; null for exports.' });

const importCounts = z
  .object({
    listed: count('Rows read.'),
    imported: count('New interactions.'),
    updated: count('Known interactions with other metadata.'),
    duplicate: count('Known interactions that were left as they are.'),
    rejected: count('Rows that were not taken.'),
  })
  .meta({ description: 'Of an import.' });
const exportCounts = z
  .object({ rows: count('Rows of the report.'), parts: count('Files of the report.') })
  .meta({ description: 'Of an export.' });

export const rowFields = {
  execution_id: idField('The execution.'),
  job_name: z.string().meta({ description: 'The job, as it was called then.', example: 'nightly calls' }),
  type: z.enum(jobTypes).meta({ description: 'Whether it brought interactions in or reports out.' }),
  connectors: z.array(z.string()).meta({ description: 'The connectors’ names.', example: ['nightly sftp'] }),
  trigger: z.string().meta({
    description:
      '`schedule`, `catch_up` (for times that passed while nothing was running), `manual`, `arrival` (of a file in an inbox), `connector_saved` (the first run of a job made with its connector), `backfill`, `expected_file` (a look for a file that should be there) or `retry` (of what failed in another one).',
    example: 'schedule',
  }),
  is_on_demand: z.boolean().meta({
    description: 'Whether somebody asked for it on the Analysis List: it has no job, and `job_name` is its own name.',
    example: false,
  }),
  recipient: z
    .string()
    .nullable()
    .meta({ description: 'Whose own address such an export is mailed to; else null.', example: null }),
  triggered_by: z.string().nullable().meta({ description: 'Who started it by hand; else null.', example: null }),
  status: z.enum(executionStatuses).meta({ description: 'How far it is, or how it ended.', example: 'success' }),
  items: items.nullable(),
  counts: z
    .union([importCounts, exportCounts])
    .meta({ description: 'Rows of an import; rows and parts of an export.' }),
  note: z.string().nullable().meta({ description: 'What is worth knowing about how it ended.', example: null }),
  error: failureField.nullable(),
  due_at: instantField('When the schedule wanted it, UTC; null where somebody started it.').nullable(),
  created_at: instantField('When it was made, UTC.'),
  started_at: instantField('When work on it began, UTC; null before.').nullable(),
  ended_at: instantField('When it ended, UTC; null before.').nullable(),
};

const executionSummarySchema = z
  .object(rowFields)
  .meta({ id: 'ExecutionSummary', description: 'One run of an import or export job.' });

export const executionQuery = pageQuery.extend({
  type: z
    .enum(jobTypes, `type must be ${jobTypes.join(' or ')}`)
    .optional()
    .meta({ description: 'Executions of this type alone.', example: 'data_import' }),
  status: z
    .enum(executionStatuses, `status must be one of ${executionStatuses.join(', ')}`)
    .optional()
    .meta({ description: 'Executions with this status alone.', example: 'success' }),
});

export const executionsSchema = z
  .object({
    executions: z.array(executionSummarySchema).meta({ description: 'Newest first.' }),
    pagination: paginationField,
  })
  .meta({ description: 'A page of the history.' });

const recordings = z
  .object({
    waiting: count('Still to be fetched.'),
    here: count('Fetched.'),
    failed: count('That could not be fetched.'),
  })
  .meta({ description: 'Recordings of the interactions that it brought; null for exports.' });
const analyses = z
  .object({
    queued: count('Waiting.'),
    processing: count('Being made.'),
    completed: count('Made.'),
    failed: count('That could not be made.'),
  })
  .meta({ description: 'Analyses of the interactions that it brought; null for exports.' });

const step = z.object({
  name: z.string().meta({ description: 'What was done.', example: 'deliver' }),
  started_at: instantField('When the step began, UTC.'),
  ended_at: instantField('When it ended, UTC; null before.').nullable(),
  message: z.string().nullable().meta({ description: 'What came of it.' }),
});

const rejectedRow = z.object({
  file: z.string().meta({ description: 'The file.', example: 'calls.csv' }),
  line: z.int().meta({ description: 'Its line, from 1.', example: 7 }),
  column: z.string().nullable().meta({ description: 'The column at fault; null where the whole row is.' }),
  code: z.string().meta({ description: 'A fixed word for the reason.', example: 'missing_field' }),
  reason: z.string().meta({ description: 'The reason in words.' }),
  raw: z.string().meta({ description: 'The row as it stood there, its first 4 KB.' }),
});

const deliveryFields = {
  connector: z.string().meta({ description: 'The destination’s name.', example: 'results bucket' }),
  status: z.enum(['delivered', 'failed']).meta({ description: 'Whether it arrived.' }),
  location: z
    .string()
    .nullable()
    .meta({ description: 'Where it was put, or to whom it was mailed; null where it was not.' }),
  links_until: z.string().nullable().meta({
    description: 'Of a mail: until when its links are good, UTC; else null.',
    example: '2026-11-27T06:00:04.000Z',
  }),
  error: failureField.nullable(),
};

export const partFields = {
  part: z.int().meta({ description: 'The part, from 1.', example: 1 }),
  file_name: z.string().meta({ description: 'The file’s name.', example: 'weekly-report-2026-11-20.csv' }),
  rows: count('Rows without the header.'),
  bytes: z.int().meta({ description: 'The file’s size.', example: 48213 }),
  sha256: z.string().meta({
    description: 'Of the file, in hex.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  }),
  deliveries: z.array(z.object(deliveryFields)).meta({ description: 'One for each destination that was tried.' }),
};

const partSet = z
  .enum(['file', 'mail'])
  .meta({ description: 'Whole files, or files of at most 1,000 rows for the links of a mail.' });

const format = z
  .enum(fileFormats)
  .nullable()
  .meta({ description: 'Of the files; null where it is not known, as of older reports.', example: 'csv' });

const downloadablePart = z.object({
  set: partSet,
  format,
  ...partFields,
  downloadable_until: instantField('Until when the console offers the file, UTC.'),
});

const destination = z.object({
  name: z.string().meta({ description: 'Its name, or the address of a mail.', example: 'results bucket' }),
  type: z.string().meta({ description: 'Its kind.', example: 's3' }),
  set: partSet,
  format,
  status: z
    .enum(['delivered', 'failed', 'open'])
    .meta({ description: 'Whether it has all its files, something failed, or neither.' }),
  files: z
    .object({ delivered: count('That arrived.'), all: count('That are to.') })
    .meta({ description: 'How many files it gets.' }),
  location: deliveryFields.location,
  links_until: deliveryFields.links_until,
  delivered_at: instantField('When the last file arrived, UTC.').nullable(),
  error: failureField
    .extend({ attempts: z.int().meta({ description: 'How often it was tried.', example: 3 }) })
    .nullable(),
});

const failedItem = z.object({
  key: z.string().meta({ description: 'The file’s path or the object’s key.', example: 'outgoing/calls.csv' }),
  error: failureField.nullable(),
});

const waitingItem = z.object({
  key: z.string().meta({ description: 'The file’s path or the object’s key.', example: 'outgoing/calls.csv.part' }),
  bytes: z.int().nullable().meta({ description: 'Its size, where known.', example: 48213 }),
  reason: z.string().meta({ description: 'Why it waits.', example: 'still being uploaded: calls.csv.part' }),
});

const logLine = z.object({
  at: instantField('When it was said, UTC.'),
  level: z.enum(logLevels).meta({ description: 'How grave it is.', example: 'info' }),
  message: z.string().meta({ description: 'In words.', example: 'calls.csv: 1200 rows imported' }),
});

const retryFields = {
  retry_of: z.string().nullable().meta({ description: 'The execution whose failures it does again; else null.' }),
  retries: z
    .array(z.object({ execution_id: rowFields.execution_id, status: rowFields.status }))
    .meta({ description: 'Executions that did its failures again, the newest first.' }),
  retry: z
    .object({
      possible: z.boolean().meta({ description: 'Whether what failed can be done again now.', example: false }),
      reason: z.string().nullable().meta({ description: 'Why not; null where it can.' }),
    })
    .meta({ description: 'Whether a retry has something to do.' }),
};

export const executionSchema = z
  .object({
    ...rowFields,
    job: rowFields.job_name,
    retry_at: instantField('When it goes on, UTC, while it waits for another attempt; else null.').nullable(),
    steps: z.array(step).meta({ description: 'What was done, in order.' }),
    aftermath: z
      .object({ recordings, analyses })
      .nullable()
      .meta({ description: 'What has become of an import’s interactions since; null for exports.' }),
    recordings: recordings.nullable(),
    analyses: analyses.nullable(),
    rejected_rows: z.array(rejectedRow).meta({ description: 'The first hundred.' }),
    failed_items: z.array(failedItem).meta({ description: 'Items that could not be read.' }),
    waiting_items: z
      .array(waitingItem)
      .meta({ description: 'Items that were seen and left for a later run; kept for 90 days.' }),
    parts: z.array(downloadablePart).meta({
      description:
        'Files of an export’s report: whole ones, one for each format, or those of a mail where there are no others.',
    }),
    mail_parts: z
      .array(downloadablePart)
      .meta({ description: 'Beside whole files: the same rows in the files that the links of mails lead to.' }),
    destinations: z.array(destination).meta({ description: 'Of an export: where its report goes.' }),
    log: z.array(logLine).meta({ description: 'What it said of itself, the oldest line first.' }),
    ...retryFields,
    deliveries: z
      .array(z.object({ part: partFields.part, set: partSet, ...deliveryFields }))
      .meta({ description: 'Every delivery of every part.' }),
  })
  .meta({ id: 'Execution', description: 'One run of a job with all that is known of it.' });
