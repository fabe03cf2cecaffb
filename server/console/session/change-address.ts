import { z } from 'zod';
import { askForAddress } from '../../accounts/own-address-change.ts';
import { emailSchema } from '../../accounts/users.ts';
import { signedIn } from '../trpc.ts';
import { requireOwnPassword } from './own-proof.ts';

const inputSchema = z.strictObject({ current: z.string().min(1).max(1000), email: emailSchema });

/** A mail to the address that the signed-in user wants; it is his once the link in it has been opened and confirmed. */
export const changeAddress = signedIn
  .input(inputSchema)
  .mutation(async ({ ctx, input }): Promise<{ address: string }> => {
    await requireOwnPassword(ctx, input.current);
    return askForAddress(ctx.services, ctx.session, input.email);
  });
