import { uuidText } from '../../../db/uuid.ts';
import { retryRequested } from '../../jobs/request-export.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { signedIn } from '../trpc.ts';
import { requireOwnExport } from './own-export.ts';

/** Sends again what of an export that the signed-in user asked for did not arrive, as another one, whose id it gives. */
export const retryExport = signedIn.input(byId).mutation(async ({ ctx, input }): Promise<{ execution_id: string }> => {
  const { services, session } = ctx;
  const execution = await requireOwnExport(services, session, idOf(input.id));
  const id = await retryRequested(services, session, execution);
  ctx.wake();
  return { execution_id: uuidText(id) };
});
