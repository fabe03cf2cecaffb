import { z } from 'zod';
import type { FieldMeta } from '../../../shared/connector.ts';
import { zoneSchema } from '../../../shared/job.ts';
import { isWebLink } from '../../../shared/link.ts';
import { certificateField } from '../certificate-field.ts';
import { rowFields } from '../import-fields.ts';
import { brokersSchema, groupSchema, saslSchema, topicSchema } from './cluster-fields.ts';
import { defaultsSchema, fieldMapSchema, pathSchema, usualFieldMap } from './field-map.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

const filterSchema = z
  .strictObject({
    path: pathSchema
      .optional()
      .meta(meta({ title: 'Path in the event', description: 'Such as state. Empty: every event is taken.' })),
    values: z
      .array(z.string().trim().min(1).max(200))
      .max(100)
      .default([])
      .meta(
        meta({
          title: 'Values that are taken',
          description: 'One a line, such as closed and disposed; capital letters count as small ones.',
          field: 'multiline',
        }),
      ),
  })
  .refine(({ path, values }) => (path === undefined) === (values.length === 0), {
    message: 'needs both, a path and at least one value, or neither',
    path: ['values'],
  });

/** What one ECC 6x connector is told. Its titles and descriptions are the console's form. */
export const ecc6xConfigSchema = z
  .strictObject({
    brokers: brokersSchema.meta(
      meta({
        title: 'Brokers',
        address: true,
        description: 'One a line, as host:port. Any of them leads to the others, which must let our addresses in, too.',
        group: 'where',
        field: 'multiline',
      }),
    ),
    tls: z
      .boolean()
      .default(false)
      .meta(
        meta({
          title: 'TLS',
          address: true,
          description: 'Encrypted connections. Without it, password and events are readable on the way.',
          group: 'where',
        }),
      ),
    topic: topicSchema.meta(
      meta({ title: 'Topic', description: 'Where ECC 6x writes an event for each interaction.', group: 'where' }),
    ),
    results_topic: topicSchema.optional().meta(
      meta({
        title: 'Results topic',
        description: 'Where we write the result of each analysis. Empty: results are not written.',
        group: 'where',
      }),
    ),
    recording_base_url: z
      .string()
      .trim()
      .max(2048)
      .refine(isWebLink, 'must begin with https:// or http://')
      .refine((link) => !/[?#]|\/\/[^/]*@/.test(link), 'without user name, ? and #')
      .optional()
      .meta(
        meta({
          title: 'Address of recordings',
          address: true,
          description:
            'Where addresses of recordings and transcripts lead that name no server, such as https://ecc.example.com/data-engine/.',
          group: 'where',
        }),
      ),
    sasl: saslSchema
      .prefault({ mechanism: 'none' })
      .meta(meta({ title: 'Sign in to Kafka', description: 'How the brokers know us (SASL).', group: 'who' })),
    certificate_authority: certificateField('brokers or the recordings server'),
    group_id: groupSchema.optional().meta(
      meta({
        title: 'Consumer group',
        description:
          'Nobody else may use it: each member of a group gets a part of the events. Empty: a name of our own that begins with cqa-.',
        group: 'who',
      }),
    ),
    recording_token: z
      .string()
      .trim()
      .transform((token) => token.replace(/^Bearer\s+/i, ''))
      .pipe(
        z
          .string()
          .max(10_000)
          .regex(/^[\x21-\x7e]+$/, 'the token alone, without spaces'),
      )
      .optional()
      .meta(
        meta({
          title: 'Token for recordings',
          description: 'Sent as a bearer token to the address of recordings, and to no other.',
          group: 'who',
          secret: true,
          sent_to: ['recording_base_url'],
        }),
      ),
    field_map: fieldMapSchema.default({ ...usualFieldMap }).meta(
      meta({
        title: 'Field map',
        description:
          'For each field or metadata key, where an event has it: names of keys with dots between them, such as channel_data.duration or legs[0].url. What an event does not have is left empty.',
        group: 'what',
        field: 'field-map',
      }),
    ),
    defaults: defaultsSchema.default({ channel_type: 'VOICE' }).meta(
      meta({
        title: 'Values for what is empty',
        description: 'For each field or metadata key, its value where an event has none.',
        group: 'what',
        field: 'field-values',
      }),
    ),
    filter: filterSchema.prefault({}).meta(
      meta({
        title: 'Which events are taken',
        description: 'Where an event comes for each change of an interaction: those with one of some values.',
        group: 'what',
      }),
    ),
    start_from: z
      .enum(['earliest', 'latest'])
      .default('earliest')
      .meta(
        meta({
          title: 'Begin with',
          description:
            'earliest: all events that the topic still has. latest: those that come from now on. Counts when nothing was read yet.',
          group: 'what',
        }),
      ),
    timezone: zoneSchema
      .default('Asia/Kolkata')
      .meta(meta({ title: 'Time zone of ECC', description: 'For times that name none.', group: 'what' })),
    duration_unit: z
      .enum(['seconds', 'milliseconds'])
      .default('seconds')
      .meta(meta({ title: 'Durations are in', description: 'How events write duration_seconds.', group: 'what' })),
    on_existing: rowFields.on_existing,
    max_rejected_percent: rowFields.max_rejected_percent,
    expect_data_hours: rowFields.expect_data_hours,
    file_format: z
      .literal('ndjson')
      .default('ndjson')
      .meta(meta({ hidden: true })),
  })
  .refine(({ topic, results_topic }) => topic !== results_topic, {
    message: 'must be another topic than the one that is read: results would come back as events',
    path: ['results_topic'],
  });

export type Ecc6xConfig = z.output<typeof ecc6xConfigSchema>;
