import { z } from 'zod';
import { idField } from '../../answer-fields.ts';
import { paginationField } from './read.ts';
import { count, partFields, rowFields } from './read-execution.ts';

const reportFields = {
  execution_id: idField('The execution that made the report.'),
  job_name: rowFields.job_name,
  status: rowFields.status,
  rows: count('Rows of all parts.'),
  bytes: z.int().meta({ description: 'Size of all parts.', example: 48213 }),
  created_at: rowFields.created_at,
  ended_at: rowFields.ended_at,
};

export const reportsSchema = z
  .object({
    reports: z
      .array(
        z
          .object({ ...reportFields, parts: z.int().meta({ description: 'How many files it has.', example: 1 }) })
          .meta({ id: 'ReportSummary', description: 'A report.' }),
      )
      .meta({ description: 'Newest first.' }),
    pagination: paginationField,
  })
  .meta({ description: 'A page of the reports.' });

export const reportSchema = z
  .object({
    ...reportFields,
    parts: z
      .array(
        z.object({
          ...partFields,
          download_path: z.string().meta({
            description: 'Where the file is, on this host; it is read with the same key.',
            example:
              '/cqa/api/v1/accounts/019a9f3c-0000-7000-8000-000000000001/reports/019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55/parts/1',
          }),
        }),
      )
      .meta({ description: 'Its files.' }),
  })
  .meta({ id: 'Report', description: 'A report, its files, and where they were delivered.' });
