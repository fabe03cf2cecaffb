import { z } from 'zod';
import { acceptEmbedToken } from '../../security/embed.ts';
import { absoluteMs, openSession } from '../../security/sessions.ts';
import { anybody } from '../trpc.ts';
import type { SessionGrant } from './view.ts';

const inputSchema = z.strictObject({ token: z.string().min(1).max(4096) });

/** A token that the host's backend signed, for a session of the frame. */
export const exchange = anybody.input(inputSchema).mutation(async ({ ctx, input }): Promise<SessionGrant> => {
  const { accountId, userId } = await acceptEmbedToken(ctx.services, input.token);
  const { token } = await openSession(ctx.services, { accountId, userId, kind: 'embed' });
  return { token, expires_in_ms: absoluteMs };
});
