import { z } from 'zod';
import { interactionStatuses, unanalysedReasons } from '../../shared/interaction.ts';
import { failureField, idField, instantField, metadataField } from '../answer-fields.ts';
import { analysisSchema } from '../scorecard/schema.ts';

const version = 'cqa.analysis.v1';

const head = {
  schema: z.literal(version).meta({ description: 'Which schema this is; another name where a field went or changed.' }),
  event_id: idField(
    'The id of the analysis, or of the interaction where there is none; also the key of the message. The same id again is the same result, or a newer one.',
  ),
  account_id: idField('The account at CQA.'),
  source: z
    .strictObject({
      connector: z.string().meta({ description: 'The name of the connector that the event came by.', example: 'ecc' }),
      external_interaction_id: z
        .string()
        .meta({ description: 'Your id of the conversation, as the event had it.', example: 'int-1' }),
      metadata: metadataField,
    })
    .meta({ id: 'ResultSource', description: 'What your event said, by the names of the field map.' }),
  interaction: z
    .strictObject({
      interaction_id: idField('The id that CQA gave the interaction.'),
      status: z.enum(interactionStatuses).meta({
        description: 'How far the interaction is as the message is written.',
        example: 'completed',
      }),
      channel_type: z.string().meta({ description: 'The channel, in capital letters.', example: 'VOICE' }),
      interaction_start_time: instantField(
        'When the conversation began, UTC; null where the event did not say.',
      ).nullable(),
      duration_seconds: z
        .int()
        .nullable()
        .meta({ description: 'Seconds, as the event had them, else as measured; null where neither.', example: 61 }),
    })
    .meta({ id: 'ResultInteraction', description: 'The conversation.' }),
};

const eventOf = <Name extends string>(name: Name, description: string) => z.literal(name).meta({ description });

/** As in the Standard API; what stands in `source` and `interaction` is left out. */
const analysis = analysisSchema
  .omit({ interaction_id: true, external_interaction_id: true, metadata: true })
  .extend({
    percentage_score: z.number().nullable().meta({
      description:
        'Percent of the points possible, each category by its weight, as reports have it; null where nothing could be scored.',
      example: 87.5,
    }),
  })
  .meta({ id: 'ResultAnalysis', description: 'The analysis with its score card. Scores are points.' });

/** A message on a results topic. */
export const feedbackSchema = z.discriminatedUnion('event', [
  z.strictObject({
    ...head,
    event: eventOf('analysis.completed', 'One quality profile has scored the interaction.'),
    analysis,
  }),
  z.strictObject({
    ...head,
    event: eventOf('analysis.failed', 'One quality profile could not score the interaction.'),
    analysis,
  }),
  z.strictObject({
    ...head,
    event: eventOf('interaction.failed', 'Nothing of the interaction could be analysed.'),
    failure: failureField,
  }),
  z.strictObject({
    ...head,
    event: eventOf('interaction.unanalysed', 'No quality profile was assigned to the interaction.'),
    reason: z.enum(unanalysedReasons).meta({
      description:
        'Why none: no_rule (the account has no assignment rule), no_match (no rule takes it), sampled_out (a rule takes only a part of them, and not this one).',
    }),
  }),
]);
export type FeedbackMessage = z.output<typeof feedbackSchema>;

/**
 * The schema for those who read the topic; results.schema.json is this. New fields may come at any time, so unknown ones
 * are allowed in it.
 */
export function feedbackJsonSchema(): unknown {
  const schema = z.toJSONSchema(feedbackSchema, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return { ...schema, $id: `urn:${version.replaceAll('.', ':')}`, title: 'A message on a results topic' };
}
