import { z } from 'zod';
import { requireRecording } from '../../../db/queries/console-files.ts';
import { uidSchema } from '../../../shared/id.ts';
import { recordingTicket } from '../../security/tickets.ts';
import { idOf } from '../ids.ts';
import { signedIn } from '../trpc.ts';
import { scopeOf } from './scope.ts';

const inputSchema = z.strictObject({ id: uidSchema, position: z.number().int().min(0).max(255) });

/** An address for the player; good while the session lives, so that a seek an hour later still works. */
export const media = signedIn.input(inputSchema).query(async ({ ctx, input }): Promise<{ url: string }> => {
  const { services, session } = ctx;
  const id = idOf(input.id);
  await requireRecording(services.database.pool, session.accountId, scopeOf(session), id, input.position);
  return { url: recordingTicket(services.keyring, session, id, input.position) };
});
