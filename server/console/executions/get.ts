import { listPartitions, type PartitionShown } from '../../../db/queries/console-streams.ts';
import { type ExecutionShown, showExecution } from '../../jobs/show.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Its rejected rows have a list of their own. */
export interface ExecutionPageView extends Omit<ExecutionShown, 'rejected_rows'> {
  /** Of a day of a stream: what each partition brought; null for other executions. */
  partitions: PartitionShown[] | null;
}

export const get = adminOfConsole.input(byId).query(async ({ ctx, input }): Promise<ExecutionPageView> => {
  const { services, session } = ctx;
  const id = idOf(input.id);
  const { rejected_rows: _, ...shown } = await showExecution(services, session.accountId, id);
  const isStream = shown.trigger === 'stream';
  const partitions = isStream ? await listPartitions(services.database.pool, session.accountId, id) : null;
  return { ...shown, partitions };
});
