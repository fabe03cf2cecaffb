import { z } from 'zod';
import { acceptEmbedToken } from '../../security/embed.ts';
import { absoluteMs, openSession } from '../../security/sessions.ts';
import { anybody } from '../trpc.ts';
import type { SessionGrant } from './view.ts';

const inputSchema = z.strictObject({ token: z.string().min(1).max(4096) });

/** A session of the frame, and whose it is: the host may have another user by now than the page was drawn for. */
export interface HostedGrant extends SessionGrant {
  user_id: string;
}

/** A token that the host's backend signed, for a session of the frame. */
export const exchange = anybody.input(inputSchema).mutation(async ({ ctx, input }): Promise<HostedGrant> => {
  const { accountId, userId, userUid } = await acceptEmbedToken(ctx.services, input.token);
  const { token } = await openSession(ctx.services, { accountId, userId, kind: 'embed' });
  return { token, expires_in_ms: absoluteMs, user_id: userUid };
});
