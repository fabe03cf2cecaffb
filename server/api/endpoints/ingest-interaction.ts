import { z } from 'zod';
import { findReceived } from '../../../db/queries/received-interactions.ts';
import { uuidText } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import { interactionOf } from '../../pipeline/receive/item.ts';
import { interactionItemSchema } from '../../pipeline/receive/item-schema.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { type ApiCall, endpoint } from '../endpoint.ts';

const answerSchema = z.object({
  interaction_id: z.uuid().meta({ description: 'Our id of the interaction.' }),
  external_interaction_id: z.string().meta({ description: 'Yours, as it was sent.' }),
  status: z.literal('queued'),
});

/** One interaction, stored when it is answered. */
export const ingestInteraction = endpoint({
  method: 'post',
  path: '/ingress/interactions',
  operationId: 'ingestInteraction',
  tag: 'Ingress',
  summary: 'Send one interaction',
  description:
    'Stores one conversation; its recording and transcript are fetched and analysed after the answer. The answer comes when it is stored for good.',
  scope: 'ingest',
  allowance: 'ingest',
  errors: ['VALIDATION_ERROR', 'INVALID_JSON', 'DUPLICATE', 'CONVERSATION_CAP_EXCEEDED'],
  body: interactionItemSchema,
  bodyBytesMost: 1024 * 1024,
  answer: { status: 201, description: 'The interaction is stored.', data: answerSchema },
  async handle(call) {
    const interaction = interactionOf(call.body, call.account);
    const id = await store(call, interaction);
    return {
      message: 'Queued for processing',
      data: {
        interaction_id: uuidText(id),
        external_interaction_id: interaction.externalId,
        status: 'queued' as const,
      },
    };
  },
});

/** A call that is made again, because its server died before it could answer, may have been stored by then. */
async function store({ services, receiver, account, resumedFrom }: ApiCall, interaction: Interaction): Promise<Buffer> {
  try {
    return await receiver.one(account.id, interaction);
  } catch (thrown) {
    const isDuplicate = thrown instanceof AppError && thrown.code === 'duplicate';
    if (!isDuplicate || !resumedFrom) throw thrown;
    const { pool } = services.database;
    const stored = await findReceived(pool, account.id, interaction.externalId, resumedFrom);
    if (!stored) throw thrown;
    return stored.id;
  }
}
