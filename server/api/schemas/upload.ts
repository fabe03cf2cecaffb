import { z } from 'zod';
import { interactionStatuses } from '../../../shared/interaction.ts';

/** What an upload is answered with. */
export const queuedSchema = z.object({
  interaction_id: z.uuid().meta({ description: 'Our id of the interaction.' }),
  external_interaction_id: z.string().meta({ description: 'Yours.', example: 'genesys-2026-11-20-0001' }),
  status: z.literal('queued'),
});

/** The same for an upload that may be here already. */
export const acceptedSchema = queuedSchema.extend({
  status: z.enum(interactionStatuses).meta({ description: '`queued` for a recording that is new.' }),
});
