import { z } from 'zod';
import { readInvitation } from '../../accounts/invitations.ts';
import type { LinkView } from '../../accounts/one-time-link.ts';
import { anybody } from '../trpc.ts';

const inputSchema = z.strictObject({ token: z.string().min(1).max(100) });

/** Whose password a link would set, for its page to ask about. */
export const invitation = anybody
  .input(inputSchema)
  .query(({ ctx, input }): Promise<LinkView> => readInvitation(ctx.services, input.token));
