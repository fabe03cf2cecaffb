import { z } from 'zod';
import { uidSchema } from '../../../shared/id.ts';
import { overlapSchema, rotateApiKey } from '../../accounts/api-keys.ts';
import { adminOfConsole } from '../trpc.ts';
import { type ShownOnce, shownOnce } from './shown-once.ts';

const inputSchema = z.strictObject({ uid: uidSchema, overlap_hours: overlapSchema });

/** Answers the key that takes the old one's place, which goes on for the overlap. */
export const rotate = adminOfConsole.input(inputSchema).mutation(async ({ ctx, input }): Promise<ShownOnce> => {
  const { accountId, user } = ctx.session;
  const { uid, overlap_hours: overlapHours } = input;
  return shownOnce(await rotateApiKey(ctx.services, accountId, uid, { overlapHours }, user.email));
});
