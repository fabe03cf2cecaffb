import { z } from 'zod';
import { executionStatuses } from '../../../shared/execution.ts';
import { jobTypes } from '../../../shared/job.ts';
import { type ExecutionPage, listExecutions } from '../../jobs/list.ts';
import { cursorSchema, uidSchema } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({
  type: z.enum(jobTypes).optional(),
  status: z.enum(executionStatuses).optional(),
  /** The connector's uid. */
  connector: uidSchema.optional(),
  cursor: cursorSchema,
});

/** The history, newest first, 50 a page. */
export const list = adminOfConsole.input(inputSchema).query(({ ctx, input }): Promise<ExecutionPage> => {
  return listExecutions(ctx.services, ctx.session.accountId, input);
});
