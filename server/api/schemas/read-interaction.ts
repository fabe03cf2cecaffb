import { z } from 'zod';
import { analysisStatuses, interactionStatuses } from '../../../shared/interaction.ts';
import { idField, instantField, metadataField } from '../../answer-fields.ts';
import { paginationField } from './read.ts';

const analysis = z.object({
  analysis_id: idField('The analysis; `GET /analyses/{analysis_id}` has its scores.'),
  profile_id: idField('The quality profile that it was made by.'),
  status: z.enum(analysisStatuses).meta({ description: 'How far the analysis is.', example: 'completed' }),
});

/** An interaction as it is read. */
export const readInteractionSchema = z
  .object({
    interaction_id: idField('The id that CQA gave the interaction.'),
    external_interaction_id: z
      .string()
      .meta({ description: 'Your id of the conversation.', example: 'genesys-2026-11-20-0001' }),
    batch_id: idField('The batch or file job that brought it; absent where it came another way.').optional(),
    channel_type: z.string().meta({ description: 'As it was sent.', example: 'VOICE' }),
    source: z.string().nullable().meta({ description: 'As it was sent.', example: 'my-pbx' }),
    status: z.enum(interactionStatuses).meta({
      description: '`queued`, then `processing`, then `completed` or `failed`.',
      example: 'completed',
    }),
    status_modified_at: instantField('When the status last changed, UTC.'),
    failure_reason: z
      .string()
      .optional()
      .meta({ description: 'Why it failed, in words; only where the status is `failed`.' }),
    audio_url: z
      .string()
      .nullable()
      .meta({ description: 'As it was sent; null where none was.', example: 'https://recordings.example.com/1.wav' }),
    transcript_url: z.string().nullable().meta({ description: 'As it was sent; null where none was.', example: null }),
    pii_redacted: z.boolean().meta({ description: 'As it was sent; false where it was not.', example: false }),
    created_at: instantField('When CQA received it, UTC.'),
    metadata: metadataField,
    analyses: z.array(analysis).meta({ description: 'One for each quality profile that it was analysed by, as yet.' }),
  })
  .meta({ id: 'Interaction', description: 'An interaction and how far CQA is with it.' });

const jobError = z.object({
  line: z.int().meta({
    description: 'In a batch the place in `interactions`, from 1; in a file the line on which the row begins.',
    example: 3,
  }),
  reason: z.string().meta({ description: 'Why the row was not taken.', example: 'channel_type is missing' }),
  external_interaction_id: z
    .string()
    .nullable()
    .meta({ description: 'The row’s own id; null where it had none that could be read.', example: 'call-3' }),
});

/** A batch or file job with a page of its interactions. */
export const ingressJobSchema = z
  .object({
    id: idField('The job.'),
    total: z.int().meta({ description: 'How many interactions the job has brought so far.', example: 57 }),
    interactions: z
      .array(readInteractionSchema)
      .meta({ description: 'A page of the interactions it brought, in the order of their lines.' }),
    pagination: paginationField,
    job_status: z
      .enum(['pending', 'processing', 'completed', 'failed'])
      .meta({ description: '`completed` also where rows were rejected.', example: 'completed' }),
    job_type: z.enum(['batch', 'file']).meta({ description: 'How it came.', example: 'batch' }),
    total_rows: z
      .int()
      .meta({ description: 'How many rows came; while a file is being read, how many so far.', example: 58 }),
    accepted: z.int().meta({ description: 'How many of them became interactions.', example: 57 }),
    rejected: z.int().meta({ description: 'How many of them did not.', example: 1 }),
    errors: z.array(jobError).max(100).meta({ description: 'The first hundred rejected rows.' }),
    error_message: z.string().optional().meta({ description: 'Why the job as a whole failed; only where it did.' }),
    completed_at: instantField('When the job ended, UTC; null while it runs.').nullable(),
  })
  .meta({ id: 'IngressJob', description: 'A batch or file job, what it rejected, and a page of what it brought.' });
