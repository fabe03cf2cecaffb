import { newApiKeySchema } from '../../../shared/api-key.ts';
import { createApiKey, type MadeApiKey } from '../../accounts/api-keys.ts';
import { adminOfConsole } from '../trpc.ts';

/** Answers the key and its signing secret, which nobody can read again. */
export const create = adminOfConsole.input(newApiKeySchema).mutation(async ({ ctx, input }): Promise<MadeApiKey> => {
  const { accountId, user } = ctx.session;
  return createApiKey(ctx.services, accountId, input, user.email);
});
