import { selectLastRunsOfJobs } from '../../../db/queries/last-runs.ts';
import { listJobs } from '../../configuration/jobs.ts';
import { adminOfConsole } from '../trpc.ts';
import { type JobRow, jobRow } from './view.ts';

export const list = adminOfConsole.query(async ({ ctx }): Promise<JobRow[]> => {
  const { accountId } = ctx.session;
  const jobs = await listJobs(ctx.services, accountId);
  const runs = await selectLastRunsOfJobs(ctx.services.database.pool, accountId);
  return jobs.map((job) => jobRow(job, runs.get(job.id)));
});
