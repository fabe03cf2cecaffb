import { cancelExecution } from '../../jobs/cancel.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { signedIn } from '../trpc.ts';
import { requireOwnExport } from './own-export.ts';

/** Stops an export that the signed-in user asked for. */
export const cancelExport = signedIn.input(byId).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  const { services, session } = ctx;
  const { id } = await requireOwnExport(services, session, idOf(input.id));
  await cancelExecution(services, session.accountId, id);
  ctx.wake();
  return { ok: true };
});
