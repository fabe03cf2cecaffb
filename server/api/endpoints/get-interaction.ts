import { z } from 'zod';
import { findApiInteraction } from '../../../db/queries/api-interactions.ts';
import { endpoint } from '../endpoint.ts';
import { nothingThere } from '../schemas/read.ts';
import { readInteractionSchema } from '../schemas/read-interaction.ts';

export const getInteraction = endpoint({
  method: 'get',
  path: '/ingress/interactions/{id}',
  operationId: 'getInteraction',
  tag: 'Ingress',
  summary: 'Read an interaction and how far it is',
  description:
    'Finds the interaction by the id that CQA gave it, else by your own `external_interaction_id` (URL-encoded).',
  scope: 'read',
  allowance: 'read',
  errors: ['NOT_FOUND'],
  params: z.object({
    id: z.string().meta({
      description: 'An `interaction_id` or an `external_interaction_id`; where both fit, the `interaction_id` wins.',
      example: 'genesys-2026-11-20-0001',
    }),
  }),
  answer: { status: 200, description: 'The interaction.', data: readInteractionSchema },
  async handle({ services, account, params: { id } }) {
    const interaction = await findApiInteraction(services.database.pool, account.id, id);
    if (!interaction) throw nothingThere(id, 'interaction');
    return { data: interaction };
  },
});
