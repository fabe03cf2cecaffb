import { z } from 'zod';
import { interactionStatuses, unanalysedReasons } from '../../../shared/interaction.ts';
import { analysisSchema } from '../../api/schemas/analysis.ts';
import { failureField, idField, instantField, metadataField } from '../../api/schemas/read.ts';

const head = {
  schema: z.literal('cqa.analysis.v1'),
  event_id: idField('What the event is about; also its key. The same id again is the same result, or a newer one.'),
  account_id: idField('The account at CQA.'),
  source: z
    .strictObject({
      connector: z.string().meta({ description: 'The connector that the event came by.', example: 'ecc' }),
      external_interaction_id: z.string().meta({ description: 'Your id of the conversation.', example: 'int-1' }),
      metadata: metadataField,
    })
    .meta({ description: 'The event that brought the interaction, by the names of the field map.' }),
  interaction: z.strictObject({
    interaction_id: idField('The id that CQA gave the interaction.'),
    status: z.enum(interactionStatuses),
    channel_type: z.string().meta({ example: 'VOICE' }),
    interaction_start_time: instantField('When the conversation began, UTC; null where unknown.').nullable(),
    duration_seconds: z.int().nullable().meta({ description: 'As the event had it, else as measured.', example: 61 }),
  }),
};

/** As in the Standard API; what stands in `source` and `interaction` is left out. */
const analysis = analysisSchema.omit({ interaction_id: true, external_interaction_id: true, metadata: true });

/** A message on a results topic. */
export const feedbackSchema = z.discriminatedUnion('event', [
  z.strictObject({ ...head, event: z.literal('analysis.completed'), analysis }),
  z.strictObject({ ...head, event: z.literal('analysis.failed'), analysis }),
  z.strictObject({ ...head, event: z.literal('interaction.failed'), failure: failureField }),
  z.strictObject({
    ...head,
    event: z.literal('interaction.unanalysed'),
    reason: z.enum(unanalysedReasons).meta({ description: 'Why no quality profile was assigned.' }),
  }),
]);
export type FeedbackMessage = z.output<typeof feedbackSchema>;
