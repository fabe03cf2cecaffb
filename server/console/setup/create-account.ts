import { anybody } from '../trpc.ts';
import { createFirstAccount, firstAccountSchema } from './first-account.ts';

/** The first account, made by whoever opens a new installation first; refused for ever after. */
export const createAccount = anybody.input(firstAccountSchema).mutation(({ ctx, input }) => {
  return createFirstAccount(ctx.services, input);
});
