import { uuidText } from '../../../db/uuid.ts';
import { retryExecution } from '../../jobs/retry.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Does again only what failed in an execution, as another one, whose id it gives. */
export const retry = adminOfConsole.input(byId).mutation(async ({ ctx, input }): Promise<{ execution_id: string }> => {
  const { accountId, user } = ctx.session;
  const id = await retryExecution(ctx.services, accountId, idOf(input.id), { by: user.email });
  ctx.wake();
  return { execution_id: uuidText(id) };
});
