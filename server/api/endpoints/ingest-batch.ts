import { z } from 'zod';
import { findBatchOf } from '../../../db/queries/ingress-jobs.ts';
import { uuidText } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import { limits } from '../../../shared/interaction.ts';
import type { Suggestions } from '../../closest.ts';
import type { BatchItem, BatchReceipt } from '../../pipeline/receive/batch.ts';
import { interactionOf } from '../../pipeline/receive/item.ts';
import { interactionItemSchema, isGiven, isTranscriptTooLong } from '../../pipeline/receive/item-schema.ts';
import { type Answer, type ApiCall, endpoint } from '../endpoint.ts';
import { validate } from '../validate.ts';

const itemsMost = 100;
const { $schema: _, ...itemDocument } = z.toJSONSchema(interactionItemSchema, { io: 'input' });

/** An item is checked by itself, so that it fails alone; the document says what it must be. */
const bodySchema = z.strictObject({
  interactions: z
    .array(z.unknown().meta(itemDocument), 'interactions must be an array of interactions')
    .min(1, 'interactions is empty; send 1 to 100 of them')
    .max(itemsMost, `interactions must not exceed ${itemsMost} items; send the others in another batch`)
    .meta({ description: '1 to 100 interactions. One that is not valid is rejected alone.' }),
});

const answerSchema = z.object({
  id: z.uuid().meta({ description: 'The job; GET /ingress/interactions/batch/{id} says what became of it.' }),
  type: z.literal('batch'),
  status: z.literal('pending'),
  accepted: z.int().optional().meta({ description: 'Given when some were rejected, as are the next two.' }),
  rejected: z.int().optional(),
  errors: z
    .array(
      z.object({
        line: z.int().meta({ description: 'The place in the batch; the first is 1.' }),
        reason: z.string(),
        external_interaction_id: z.string().nullable(),
      }),
    )
    .optional(),
});
type BatchAnswer = z.infer<typeof answerSchema>;

/** Up to 100 interactions at once. */
export const ingestBatch = endpoint({
  method: 'post',
  path: '/ingress/interactions/batch',
  operationId: 'ingestBatch',
  tag: 'Ingress',
  summary: 'Send up to 100 interactions',
  description:
    'Stores the valid ones in one go and says why the others were rejected. One `transcript_text` over its limit rejects the whole call.',
  scope: 'ingest',
  allowance: 'ingest',
  errors: ['VALIDATION_ERROR', 'INVALID_JSON', 'CONVERSATION_CAP_EXCEEDED'],
  body: bodySchema,
  bodyBytesMost: 32 * 1024 * 1024,
  answer: { status: 202, description: 'The valid ones are stored.', data: answerSchema },
  async handle(call) {
    const { interactions } = call.body;
    requireShortTranscripts(interactions);
    const suggestions = { left: suggestionsMost };
    const items = interactions.map((item, index) => itemOf(item, index + 1, { ...call.account, suggestions }));
    const receipt = (await storedBefore(call, items)) ?? (await call.receiver.batch(call.account.id, items));
    return answerOf(receipt);
  },
});

function requireShortTranscripts(items: unknown[]): void {
  const index = items.findIndex((item) => {
    const { transcript_text, transcript_url } = (item ?? {}) as Record<string, unknown>;
    return isTranscriptTooLong(transcript_text) && !isGiven(transcript_url);
  });
  if (index < 0) return;
  throw new AppError(
    'invalid',
    `interactions.${index}.transcript_text must not exceed ${limits.transcriptBytes.toLocaleString('en')} bytes of UTF-8; nothing of the batch was taken`,
    { field: `interactions.${index}.transcript_text` },
  );
}

/** Of all its items together: each costs. */
const suggestionsMost = 50;

function itemOf(
  item: unknown,
  line: number,
  { timezone, suggestions }: { timezone: string; suggestions: Suggestions },
): BatchItem {
  try {
    const checked = validate(interactionItemSchema, item, [], suggestions);
    return { line, interaction: interactionOf(checked, { timezone }) };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'invalid') throw thrown;
    const { field, message } = thrown;
    const problem = { code: 'bad_value' as const, reason: message, ...(field === undefined ? {} : { column: field }) };
    return { line, problem, externalId: externalIdOf(item), raw: JSON.stringify(item) };
  }
}

function externalIdOf(item: unknown): string | undefined {
  const { external_interaction_id: id } = (item ?? {}) as Record<string, unknown>;
  return typeof id === 'string' ? id : undefined;
}

/** A call that is made again, because its server died before it could answer, may have been stored by then. */
async function storedBefore(
  { services, account, resumedFrom }: ApiCall,
  items: BatchItem[],
): Promise<BatchReceipt | undefined> {
  const first = items.find((item) => 'interaction' in item);
  if (!resumedFrom || !first) return undefined;
  const { externalId } = first.interaction;
  return await findBatchOf(services.database.pool, account.id, externalId, resumedFrom);
}

function answerOf({ jobId, accepted, rejected, errors }: BatchReceipt): Answer<BatchAnswer> {
  const data = { id: uuidText(jobId), type: 'batch' as const, status: 'pending' as const };
  if (rejected === 0) return { data };
  return {
    message: `${accepted} of ${accepted + rejected} interactions are stored; ${rejected} were rejected`,
    data: { ...data, accepted, rejected, errors },
  };
}
