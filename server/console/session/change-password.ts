import { z } from 'zod';
import { changeOwnPassword } from '../../accounts/own-password.ts';
import { signedIn } from '../trpc.ts';
import { requireOwnPassword } from './own-proof.ts';

const inputSchema = z.strictObject({ current: z.string().min(1).max(1000), password: z.string().min(1).max(1000) });

/** The signed-in user's own. This session goes on, his others end. */
export const changePassword = signedIn.input(inputSchema).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  const proved = await requireOwnPassword(ctx, input.current);
  await changeOwnPassword(ctx.services, ctx.session, proved, input.password);
  return { ok: true };
});
