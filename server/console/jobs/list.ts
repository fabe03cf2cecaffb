import { selectConnectorStreams } from '../../../db/queries/console-streams.ts';
import { selectLastRunsOfJobs } from '../../../db/queries/last-runs.ts';
import type { Schedule } from '../../../shared/job.ts';
import { listJobs } from '../../configuration/jobs.ts';
import { streamTypes } from '../../connectors/registry.ts';
import { adminOfConsole } from '../trpc.ts';
import { type JobRow, jobRow } from './view.ts';

export const list = adminOfConsole.query(async ({ ctx }): Promise<JobRow[]> => {
  const { accountId } = ctx.session;
  const { pool } = ctx.services.database;
  const [jobs, runs] = await Promise.all([listJobs(ctx.services, accountId), selectLastRunsOfJobs(pool, accountId)]);
  const hasStreams = jobs.some(isContinuous);
  const streams = hasStreams ? await selectConnectorStreams(pool, { accountId, types: streamTypes }) : [];
  const states = new Map(streams.map(({ connectorName, state }) => [connectorName, state]));
  return jobs.map((job) =>
    jobRow(job, runs.get(job.id), isContinuous(job) ? states.get(job.connectors[0] ?? '') : undefined),
  );
});

function isContinuous({ schedule }: { schedule: Schedule }): boolean {
  return schedule.frequency === 'continuous';
}
