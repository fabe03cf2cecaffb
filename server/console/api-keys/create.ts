import { newApiKeySchema } from '../../../shared/api-key.ts';
import { createApiKey } from '../../accounts/api-keys.ts';
import { adminOfConsole } from '../trpc.ts';
import { type ShownOnce, shownOnce } from './shown-once.ts';

/** Answers the key and its signing secret, which nobody can read again. */
export const create = adminOfConsole.input(newApiKeySchema).mutation(async ({ ctx, input }): Promise<ShownOnce> => {
  const { accountId, user } = ctx.session;
  return shownOnce(await createApiKey(ctx.services, accountId, input, user.email));
});
