import { AppError } from '../../../shared/error.ts';
import { jobSchema } from '../../../shared/job.ts';
import { listJobs, saveJob } from '../../configuration/jobs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Answers its id. A name that is taken is refused: a form that makes something new must not change what is there. */
export const create = adminOfConsole.input(jobSchema).mutation(async ({ ctx, input }): Promise<{ uid: string }> => {
  const { accountId, user } = ctx.session;
  const jobs = await listJobs(ctx.services, accountId);
  if (jobs.some(({ name }) => name === input.name))
    throw new AppError('conflict', `There is already a job "${input.name}". Choose another name.`, { field: 'name' });
  const { uid } = await saveJob(ctx.services, accountId, input, { by: user.email });
  return { uid };
});
