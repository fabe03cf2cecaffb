import { requireExecution } from '../../../db/queries/executions.ts';
import { AppError } from '../../../shared/error.ts';
import { cancelExecution } from '../../jobs/cancel.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { signedIn } from '../trpc.ts';

/** Stops an export that the signed-in user asked for. Of others he learns nothing here. */
export const cancelExport = signedIn.input(byId).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  const { services, session } = ctx;
  const id = idOf(input.id);
  const { requestedBy } = await requireExecution(services.database.pool, session.accountId, id);
  if (requestedBy !== session.user.id)
    throw new AppError('not_found', 'You have asked for no such export. Reload the list to see which ones you have.');
  await cancelExecution(services, session.accountId, id);
  ctx.wake();
  return { ok: true };
});
