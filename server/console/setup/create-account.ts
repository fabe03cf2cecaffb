import { z } from 'zod';
import { zoneSchema } from '../../../shared/job.ts';
import { anybody } from '../trpc.ts';
import { createFirstAccount } from './first-account.ts';

const inputSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  admin_email: z.email().max(191),
  admin_password: z.string().min(10, 'at least 10 characters').max(1000),
  timezone: zoneSchema.optional(),
});

/** The first account, made by whoever opens a new installation first; refused for ever after. */
export const createAccount = anybody.input(inputSchema).mutation(({ ctx, input }) => {
  return createFirstAccount(ctx.services, input);
});
