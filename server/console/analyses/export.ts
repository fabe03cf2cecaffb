import { uuidText } from '../../../db/uuid.ts';
import { exportRequestSchema, requestExport } from '../../jobs/request-export.ts';
import { signedIn } from '../trpc.ts';

/** Export report: an execution of its own, mailed to the user himself and, for admins, delivered over connectors. */
export const exportReport = signedIn
  .input(exportRequestSchema)
  .mutation(async ({ ctx, input }): Promise<{ execution_id: string }> => {
    const id = await requestExport(ctx.services, ctx.session, input);
    ctx.wake();
    return { execution_id: uuidText(id) };
  });
