import { getJob } from '../../configuration/jobs.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';
import { type JobView, jobView } from './view.ts';

export const get = adminOfConsole.input(byUid).query(async ({ ctx, input }): Promise<JobView> => {
  return jobView(await getJob(ctx.services, ctx.session.accountId, input.uid));
});
