import { z } from 'zod';
import { columnMappingSchema, limits } from '../../../shared/interaction.ts';
import { interactionFields } from '../receive/item-schema.ts';

/** What is kept with every row: 100,000 times this is still stored in good time. */
const metadataBytesMost = 16_384;

const fileUrl = z
  .string('file_url is missing; give an https, http or s3 link to the file')
  .regex(/\S/, 'file_url is empty; give an https, http or s3 link to the file')
  .max(8192, 'file_url must not exceed 8,192 characters')
  .meta({
    description:
      'Where the file lies: an `https`, `http` or `s3` link. Loopback, private and cloud metadata addresses are refused, also behind redirects. The file may be packed with gzip. At most 100,000 rows and 100 MB, unpacked.',
    example: 'https://files.example.com/exports/calls-2026-11-20.csv',
  });

const metadata = interactionFields.metadata
  .refine(
    (record) => Buffer.byteLength(JSON.stringify(record ?? {})) <= metadataBytesMost,
    `metadata must not exceed ${metadataBytesMost.toLocaleString('en')} bytes as JSON, because it is kept with every row`,
  )
  .meta({
    description:
      "Merged into every row's metadata; the row's own keys win. A row may have 50 metadata keys in sum, these included.",
    example: { campaign: 'Diwali' },
    maxProperties: limits.metadataKeys,
  });

const columnMapping = columnMappingSchema.nullish().meta({
  description:
    'Your column header (compared trimmed and lower-cased) → the name of a field, or the metadata key that you want. For CSV alone.',
  example: { call_id: 'external_interaction_id', channel: 'channel_type' },
});

/** What the endpoint for files takes; kept with the job as it came. */
export const fileRequestSchema = z
  .strictObject({
    file_url: fileUrl,
    format: z
      .enum(['csv', 'ndjson'], 'format must be csv or ndjson')
      .meta({ description: 'How the file is written.', example: 'csv' }),
    source: interactionFields.source.meta({ description: 'Stands for rows that leave it empty.', example: 'my-pbx' }),
    pii_redacted: interactionFields.pii_redacted.meta({
      description: 'Stands for rows that leave it empty. Absent: false.',
      example: false,
    }),
    callback_url: interactionFields.callback_url.meta({
      description:
        'Where `FILE_INGESTION_COMPLETED` is sent, and what becomes of the interactions of rows that name no callback of their own.',
      example: 'https://middleware.example.com/cqa-events',
    }),
    column_mapping: columnMapping,
    metadata,
  })
  .refine(({ format, column_mapping: mapping }) => format === 'csv' || Object.keys(mapping ?? {}).length === 0, {
    path: ['column_mapping'],
    message: 'column_mapping is for CSV alone; in NDJSON name the keys as the fields are named',
  });
export type FileRequest = z.output<typeof fileRequestSchema>;
