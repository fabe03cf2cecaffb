import { z } from 'zod';
import { operators as ruleOperators } from '../../../shared/quality.ts';

const limitMost = 100;
const offsetMost = 10_000;
const limitWords = `limit must be a whole number from 1 to ${limitMost}`;
const offsetWords = `offset must be a whole number from 0 to ${offsetMost.toLocaleString('en')}`;

export const searchQuery = z.object({
  limit: z
    .int(limitWords)
    .min(1, limitWords)
    .max(limitMost, limitWords)
    .default(20)
    .meta({ description: 'How many analyses to answer with.', example: 20 }),
  offset: z
    .int(offsetWords)
    .min(0, offsetWords)
    .max(offsetMost, offsetWords)
    .default(0)
    .meta({ description: 'How many to leave out before them. Narrow the dates to go further back.', example: 0 }),
});

const datePattern =
  /^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?)?$/;

const dateText = (name: string, description: string, example: string) => {
  const words = `${name} must be a date as YYYY-MM-DD or an ISO-8601 time such as 2026-11-20T09:15:00Z`;
  return z.string(words).regex(datePattern, words).meta({ description, example });
};

const dateFilter = z
  .strictObject({
    field: z.literal('date'),
    operator: z.literal('range', 'the date filter knows the operator range alone'),
    value: z.strictObject(
      {
        start_date: dateText(
          'start_date',
          'The first moment: a day (YYYY-MM-DD, from its beginning in the account’s time zone) or an ISO-8601 instant (without an offset in the account’s time zone).',
          '2026-11-01',
        ),
        end_date: dateText(
          'end_date',
          'The last moment: a day is included as a whole. At most 31 days after `start_date`.',
          '2026-11-30',
        ),
      },
      objectWords('the value of the date filter must be an object with start_date and end_date'),
    ),
  })
  .meta({
    description:
      'Conversations of these days, by `interaction_start_time`, or by when they were received where it is missing.',
  });

const scoreOperators = ['greater_than', 'less_than', 'greater_than_or_equal', 'less_than_or_equal', 'equals'] as const;

const scoreFilter = z
  .strictObject({
    field: z.literal('score'),
    operator: z
      .enum(scoreOperators, `the score filter knows the operators ${scoreOperators.join(', ')}`)
      .meta({ example: 'greater_than_or_equal' }),
    value: z.number('the value of the score filter must be a number').meta({ description: 'Points.', example: 8 }),
  })
  .meta({ description: 'Analyses by their `final_score`.' });

const nameOperators = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'greater_than',
  'less_than',
  'greater_than_or_equal',
  'less_than_or_equal',
] as const;
const metadataOperators = [...nameOperators, ...ruleOperators] as const;
export type MetadataOperator = (typeof metadataOperators)[number];

const valueWords = 'the value of a metadata filter must be a text, a number, true or false';

const metadataCondition = z.strictObject(
  {
    field: z
      .string('the field of a metadata filter must be a text')
      .min(1, 'the field of a metadata filter is empty; name a metadata key')
      .max(255, 'the field of a metadata filter must not exceed 255 characters')
      .meta({
        description:
          'A metadata key, or a field of the interaction (`external_interaction_id`, `channel_type`, `source`, `language`, `audio_format`, `pii_redacted`, `interaction_start_time`, `duration_seconds`). `metadata.x` names the key x even where a field is called so.',
        example: 'queue',
      }),
    operator: z
      .enum(metadataOperators, `a metadata filter knows the operators ${metadataOperators.join(', ')}`)
      .meta({ description: 'Those in capitals are the assignment rules’ own names for the same.', example: 'equals' }),
    value: z.union([z.string(valueWords), z.number(valueWords), z.boolean(valueWords)]).meta({
      description:
        'Two numbers, or texts that read as some, compare as numbers; else texts compare without their case. A key that an interaction does not have meets only not_equals and not_contains.',
      example: 'Orders',
    }),
  },
  objectWords('a metadata filter must be an object of field, operator and value'),
);

const conditionsMost = 10;

const metadataGroup = z
  .array(
    z
      .array(metadataCondition, 'metadata_filter_group must be an array of arrays')
      .max(conditionsMost, `an inner array of metadata_filter_group must not exceed ${conditionsMost} filters`),
    'metadata_filter_group must be an array of arrays',
  )
  .max(conditionsMost, `metadata_filter_group must not exceed ${conditionsMost} inner arrays`);

const filtersMost = 10;

export const searchSchema = z
  .strictObject({
    other_filters: z
      .array(
        z.discriminatedUnion('field', [dateFilter, scoreFilter], {
          error: 'the field of a filter in other_filters is date or score',
        }),
        'other_filters is missing; it is an array that holds a date filter',
      )
      .max(filtersMost, `other_filters must not exceed ${filtersMost} filters`)
      .meta({
        description: 'One date filter, and score filters where wanted; all of them must hold.',
        example: [
          { field: 'date', operator: 'range', value: { start_date: '2026-11-01', end_date: '2026-11-30' } },
          { field: 'score', operator: 'less_than', value: 5 },
        ],
        contains: { type: 'object', properties: { field: { const: 'date' } }, required: ['field'] },
      }),
    quality_profile_uid: z.guid('quality_profile_uid must be the uid of a quality profile, a UUID').nullish().meta({
      description: 'Analyses by this quality profile alone. One that the account does not have finds nothing.',
      example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55',
    }),
    metadata_filter_group: metadataGroup.nullish().meta({
      description: 'Within an inner array all filters must hold (AND); of the inner arrays one must (OR).',
      example: [
        [
          { field: 'queue', operator: 'equals', value: 'Orders' },
          { field: 'priority', operator: 'greater_than', value: 1 },
        ],
        [{ field: 'channel_type', operator: 'equals', value: 'CHAT' }],
      ],
    }),
  })
  .meta({ description: 'Which analyses to find.' });
export type SearchBody = z.output<typeof searchSchema>;

/** Names fields that are not known as the library does; says in our words that the whole is no object. */
function objectWords(words: string) {
  return { error: (issue: { code?: string }) => (issue.code === 'invalid_type' ? words : undefined) };
}
