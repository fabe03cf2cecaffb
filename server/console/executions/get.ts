import { type ExecutionShown, showExecution } from '../../jobs/show.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

export const get = adminOfConsole.input(byId).query(({ ctx, input }): Promise<ExecutionShown> => {
  return showExecution(ctx.services, ctx.session.accountId, idOf(input.id));
});
