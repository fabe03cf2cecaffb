import { z } from 'zod';
import type { FieldMeta } from '../../shared/connector.ts';
import { columnMappingSchema } from '../../shared/interaction.ts';

const meta = (facts: FieldMeta) => ({ ...facts, direction: 'import' as const });

/** What every import connector may be told about its rows; a type spreads these into its own schema. */
export const rowFields = {
  on_existing: z
    .enum(['update', 'skip'])
    .default('update')
    .meta(
      meta({
        title: 'When an interaction is already here with other metadata',
        description: 'update: take the new metadata. skip: keep what is here.',
        group: 'what',
      }),
    ),
  max_rejected_percent: z.coerce
    .number()
    .min(0)
    .max(100)
    .optional()
    .meta(
      meta({
        title: 'Fail when more rows are rejected than (percent)',
        description: 'Leave empty to accept any number of rejected rows.',
        group: 'what',
      }),
    ),
  expect_data_hours: z.coerce
    .number()
    .int('a whole number of hours')
    .min(1)
    .max(2_160)
    .optional()
    .meta(
      meta({
        title: 'Raise an alert when nothing has come for (hours)',
        description: 'Longer than its usual pauses, such as 36 for calls of each day. Leave empty to be told nothing.',
        group: 'after',
      }),
    ),
};

export const mappingField = columnMappingSchema.default({}).meta(
  meta({
    title: 'Column mapping',
    description: 'For each heading of the source, the field it fills. Headings left out keep their own name.',
    group: 'what',
    field: 'column-mapping',
  }),
);
