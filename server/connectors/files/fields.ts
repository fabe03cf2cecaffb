import { z } from 'zod';
import type { Direction, FieldMeta } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { weekdays } from '../../../shared/job.ts';
import { fileFormats } from '../../../shared/report.ts';
import { mappingField, rowFields } from '../import-fields.ts';
import { isEndingOfFiles } from './offered.ts';

const meta = (facts: FieldMeta) => ({ ...facts });
const importMeta = (facts: FieldMeta) => meta({ ...facts, direction: 'import' });

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM');

const expectedFileSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .regex(/^[^*]*(\*[^*]*){0,5}$/, 'at most five *, none beside another')
    .meta({ title: 'File name', description: '* stands for anything; {yyyy}, {MM}, {dd} for the day.' }),
  by: clockTime.meta({ title: 'There by', description: "HH:MM in the account's time zone." }),
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .default([...weekdays])
    .meta({ title: 'On', description: 'The days of the week on which it must come.' }),
});
/** A file that must have come by a time of day; otherwise an alert is raised. */
export type ExpectedFile = z.infer<typeof expectedFileSchema>;

export const expectedFilesSchema = z.array(expectedFileSchema).max(20);

const importFormats = ['csv', 'ndjson'] as const;
type ImportFormat = (typeof importFormats)[number];
const imported =
  'csv: .csv files. ndjson: one JSON object a line, .ndjson or .jsonl. Files may also be packed, as .gz or .zip.';

/** What every connector whose items are files is told about them; a type spreads these into its own schema. */
export const fileFields = {
  file_format: z
    .enum(importFormats)
    .default('csv')
    .meta(meta({ title: 'File format', description: imported, group: 'what' })),
  column_mapping: mappingField,
  stable_seconds: z.coerce
    .number()
    .min(0)
    .max(3600)
    .default(2)
    .meta(
      importMeta({
        title: 'Wait for complete files (seconds)',
        description: 'A file is taken when its size and time stay the same for this long.',
        group: 'what',
      }),
    ),
  done_marker: z
    .string()
    .trim()
    .regex(/^\.[A-Za-z0-9._-]{1,32}$/, 'an ending that begins with a dot, such as .done')
    .refine((ending) => !isEndingOfFiles(ending) && !/\.gz$/i.test(ending), 'must be another ending than that of files')
    .optional()
    .meta(
      importMeta({
        title: 'Done marker',
        description:
          'Where the sender puts an empty file beside a complete one (calls.csv.done), its ending. Files without it wait.',
        group: 'what',
      }),
    ),
  ...rowFields,
  expected_files: expectedFilesSchema.default([]).meta(
    importMeta({
      title: 'Files that must come',
      description: 'An alert is raised when one has not come in time.',
      group: 'after',
    }),
  ),
  after_success: z
    .enum(['leave', 'move', 'delete'])
    .default('leave')
    .meta(
      importMeta({
        title: 'After a file was read',
        description:
          'leave: it stays; what was read is not read again. move: into the folder below; kept if all rows were rejected. delete: for good; kept if any row was. Recordings stay. For move and delete, senders must upload under another name or use a done marker.',
        group: 'after',
      }),
    ),
  processed_directory: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^[^/]/, "a folder inside the connector's own, without a leading slash")
    .refine((path) => !path.split('/').includes('..'), "must not lead out of the connector's folder")
    .refine((path) => path.split('/').some((name) => name !== '.' && name !== ''), 'must be another folder')
    .default('processed')
    .meta(
      importMeta({
        title: 'Folder for files that were read',
        description: 'Used by move; inside the folder above.',
        group: 'after',
      }),
    ),
};

/** The format where files are imported from a place, and where reports are put into it. */
export const transferFormat = z
  .enum([...new Set([...importFormats, ...fileFormats])])
  .default('csv')
  .meta(
    meta({
      title: 'File format',
      description: 'Of the files that are imported, or of reports.',
      group: 'what',
      by_direction: {
        import: { description: imported, values: [...importFormats] },
        export: {
          description: 'Of reports that do not name a format of their own. jsonl: one JSON object a line.',
          values: [...fileFormats],
        },
      },
    }),
  );
type TransferFormat = z.infer<typeof transferFormat>;

/** Throws `invalid` for an import of what only reports can be. NDJSON of an export is JSONL. */
export function requireFormat({ file_format: format }: { file_format: TransferFormat }, direction: Direction): void {
  if (direction === 'export' || importFormats.some((known) => known === format)) return;
  const instead = format === 'jsonl' ? 'ndjson, which takes .jsonl files' : importFormats.join(' or ');
  throw new AppError('invalid', `Files of the format ${format} are not imported. Choose ${instead}.`, {
    field: 'config.file_format',
  });
}

/** The format of what is imported: `requireFormat` has seen to it. */
export function importFormatOf({ file_format: format }: { file_format: TransferFormat }): ImportFormat {
  return format === 'ndjson' ? 'ndjson' : 'csv';
}

/** The settings that say how an item is read: with others, the same file is another item. */
export function readingOf({ file_format, column_mapping }: { file_format: string; column_mapping: object }): unknown[] {
  return [file_format, Object.entries(column_mapping).sort()];
}
