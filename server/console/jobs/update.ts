import { uidSchema } from '../../../shared/id.ts';
import { jobSchema } from '../../../shared/job.ts';
import type { Change } from '../../configuration/change.ts';
import { saveJob } from '../../configuration/jobs.ts';
import { adminOfConsole } from '../trpc.ts';

export const update = adminOfConsole
  .input(jobSchema.safeExtend({ uid: uidSchema }))
  .mutation(async ({ ctx, input }): Promise<{ change: Change }> => {
    const { uid, ...job } = input;
    const { accountId, user } = ctx.session;
    const { change } = await saveJob(ctx.services, accountId, job, { by: user.email, uid });
    return { change };
  });
