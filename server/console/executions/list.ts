import { type ExecutionPage, executionFilterSchema, listExecutions } from '../../jobs/list.ts';
import { adminOfConsole } from '../trpc.ts';

/** The history, newest first, 50 a page. */
export const list = adminOfConsole.input(executionFilterSchema).query(({ ctx, input }): Promise<ExecutionPage> => {
  return listExecutions(ctx.services, ctx.session.accountId, input);
});
