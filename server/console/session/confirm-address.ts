import { z } from 'zod';
import { confirmAddress } from '../../accounts/verify-address.ts';
import { anybody } from '../trpc.ts';

const inputSchema = z.strictObject({ token: z.string().min(1).max(100) });

/** The link of a verification mail, opened in any browser: having the mail is what it proves. */
export const confirm = anybody
  .input(inputSchema)
  .mutation(async ({ ctx, input }): Promise<{ address: string; account: string }> => {
    const { address, accountName } = await confirmAddress(ctx.services, input.token);
    return { address, account: accountName };
  });
