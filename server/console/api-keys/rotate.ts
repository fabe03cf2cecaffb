import { z } from 'zod';
import { uidSchema } from '../../../shared/id.ts';
import { type MadeApiKey, overlapSchema, rotateApiKey } from '../../accounts/api-keys.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({ uid: uidSchema, overlap_hours: overlapSchema });

/** Answers the key that takes the old one's place, which goes on for the overlap. */
export const rotate = adminOfConsole.input(inputSchema).mutation(async ({ ctx, input }): Promise<MadeApiKey> => {
  const { accountId, user } = ctx.session;
  const { uid, overlap_hours: overlapHours } = input;
  return rotateApiKey(ctx.services, accountId, uid, { overlapHours }, user.email);
});
