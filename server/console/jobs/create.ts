import { jobSchema } from '../../../shared/job.ts';
import { saveJob } from '../../configuration/jobs-save.ts';
import { adminOfConsole } from '../trpc.ts';

/** Answers its id. A name that is taken is refused: a form that makes something new must not change what is there. */
export const create = adminOfConsole.input(jobSchema).mutation(async ({ ctx, input }): Promise<{ uid: string }> => {
  const { accountId, user } = ctx.session;
  const { uid } = await saveJob(ctx.services, accountId, input, { by: user.email, create: true });
  return { uid };
});
