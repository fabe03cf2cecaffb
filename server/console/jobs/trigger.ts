import { uuidText } from '../../../db/uuid.ts';
import { getAccountById } from '../../accounts/account.ts';
import { getJob } from '../../configuration/jobs.ts';
import { backfillDaysSchema, backfillRange } from '../../jobs/backfill.ts';
import { triggerJob } from '../../jobs/trigger.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Runs a job now, whatever its schedule says; with days, reads those again (in the account's zone). */
export const trigger = adminOfConsole
  .input(byUid.extend({ days: backfillDaysSchema.optional() }))
  .mutation(async ({ ctx, input }): Promise<{ execution_id: string }> => {
    const { accountId, user } = ctx.session;
    const { id } = await getJob(ctx.services, accountId, input.uid);
    const { timezone } = await getAccountById(ctx.services, accountId);
    const range = input.days && backfillRange(input.days, timezone);
    const executionId = await triggerJob(ctx.services, accountId, id, { by: user.email, range });
    ctx.wake();
    return { execution_id: uuidText(executionId) };
  });
