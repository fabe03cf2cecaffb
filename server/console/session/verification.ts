import { z } from 'zod';
import type { LinkView } from '../../accounts/one-time-link.ts';
import { readVerification } from '../../accounts/verify-address.ts';
import { anybody } from '../trpc.ts';

const inputSchema = z.strictObject({ token: z.string().min(1).max(100) });

/** Which address a link would prove, for its page to ask about. It proves nothing by that. */
export const verification = anybody
  .input(inputSchema)
  .query(({ ctx, input }): Promise<LinkView> => readVerification(ctx.services, input.token));
