import { uuidText } from '../../../db/uuid.ts';
import { getJob } from '../../configuration/jobs.ts';
import { triggerJob } from '../../jobs/trigger.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Runs a job now, whatever its schedule says. */
export const trigger = adminOfConsole
  .input(byUid)
  .mutation(async ({ ctx, input }): Promise<{ execution_id: string }> => {
    const { accountId, user } = ctx.session;
    const { id } = await getJob(ctx.services, accountId, input.uid);
    const executionId = await triggerJob(ctx.services, accountId, id, { by: user.email });
    ctx.wake();
    return { execution_id: uuidText(executionId) };
  });
