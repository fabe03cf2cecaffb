import { z } from 'zod';
import { findByExternalId } from '../../../db/queries/received-interactions.ts';
import { uuidText } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import { limits } from '../../../shared/interaction.ts';
import { fileField } from '../../http/upload/problems.ts';
import { interactionOf } from '../../pipeline/receive/item.ts';
import { interactionFields, interactionItemSchema, isTranscriptTooLong } from '../../pipeline/receive/item-schema.ts';
import { duplicate } from '../../pipeline/receive/rows.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { type ApiCall, endpoint } from '../endpoint.ts';
import { checkForm } from '../multipart/check-form.ts';
import type { FormFields } from '../multipart/read-form.ts';
import { takeUpload } from '../multipart/take-upload.ts';
import { queuedSchema } from '../schemas/upload.ts';

const fieldsSchema = z
  .strictObject({
    ...interactionFields,
    channel_type: interactionFields.channel_type.default('VOICE'),
    transcript_text: interactionItemSchema.shape.transcript_text,
  })
  .refine(({ transcript_text }) => !isTranscriptTooLong(transcript_text), {
    path: ['transcript_text'],
    message: `transcript_text must not exceed ${limits.transcriptBytes.toLocaleString('en')} bytes of UTF-8`,
  });

export const uploadAudio = endpoint({
  method: 'post',
  path: '/ingress/interactions/audio',
  operationId: 'uploadAudio',
  tag: 'Ingress',
  summary: 'Send a recording',
  description:
    'One conversation as a form: its recording under `file`, beside it the fields of a single interaction, `metadata` as the text of a JSON object. The recording may have 500 MB; a larger one is sent as `audio_url`. Send `external_interaction_id` before the file: one that is there already is then refused before the file is read. An upload that comes with less than 1 KB a second, or stops for 30 seconds, is ended.',
  scope: 'ingest',
  allowance: 'ingest',
  errors: ['VALIDATION_ERROR', 'INVALID_REQUEST', 'DUPLICATE', 'CONVERSATION_CAP_EXCEEDED', 'SERVICE_UNAVAILABLE'],
  upload: fieldsSchema.safeExtend({
    [fileField]: z.file().meta({
      description: 'The recording: WAV, MP3, OGG, FLAC, M4A and others; known by its content, not by its name.',
    }),
  }),
  answer: { status: 201, description: 'The conversation is stored and will be analysed.', data: queuedSchema },
  async handle(call) {
    const { account, receiver, services } = call;
    return await takeUpload(call, {
      async check(fieldsBefore) {
        const externalId = fieldsBefore.get('external_interaction_id');
        if (externalId === undefined) return;
        interactionOfForm(call, fieldsBefore);
        if (await findByExternalId(services.database.pool, account.id, externalId)) throw duplicate(externalId);
      },
      async keep({ id, fields, recording }) {
        const interaction = interactionOfForm(call, fields);
        await receiver.uploaded(account.id, interaction, recording, id);
        const { externalId } = interaction;
        const data = { interaction_id: uuidText(id), external_interaction_id: externalId, status: 'queued' as const };
        return { message: 'Queued for processing', data };
      },
    }).catch(rethrowAsField);
  },
});

function interactionOfForm({ account }: ApiCall, fields: FormFields): Interaction {
  return interactionOf(checkForm(fieldsSchema, fields), account);
}

const refusedContent = ['not_audio', 'unsupported_audio', 'audio_too_large'];

/** Here the recording is a field like the others, and a wrong one is a VALIDATION_ERROR. */
function rethrowAsField(thrown: unknown): never {
  if (!(thrown instanceof AppError) || !refusedContent.includes(thrown.code)) throw thrown;
  throw new AppError('invalid', `${fileField}: ${thrown.message}`, { field: fileField, cause: thrown });
}
