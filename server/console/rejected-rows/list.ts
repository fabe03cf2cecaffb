import { z } from 'zod';
import { requireExecution } from '../../../db/queries/executions.ts';
import { type RejectedRowShown, rejectedStates, selectRejectedPage } from '../../../db/queries/rejected-rows-page.ts';
import { uidSchema } from '../../../shared/id.ts';
import { idOf } from '../ids.ts';
import { adminOfConsole } from '../trpc.ts';

export interface RejectedRowPage {
  rows: RejectedRowShown[];
  next_cursor: string | null;
}

const pageSize = 100;
const inputSchema = z.strictObject({
  /** Of one execution alone. */
  execution: uidSchema.optional(),
  state: z.enum(rejectedStates).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'a place that a page before gave')
    .optional(),
});

/** The rows that were not taken, with file, line, column, reason and the beginning of their raw text. */
export const list = adminOfConsole.input(inputSchema).query(async ({ ctx, input }): Promise<RejectedRowPage> => {
  const { pool } = ctx.services.database;
  const { accountId } = ctx.session;
  const executionId = input.execution === undefined ? undefined : idOf(input.execution);
  if (executionId) await requireExecution(pool, accountId, executionId);
  const after = input.cursor === undefined ? undefined : Number(input.cursor);
  const filter = { state: input.state, executionId };
  const rows = await selectRejectedPage(pool, accountId, filter, { after, limit: pageSize + 1 });
  const page = rows.slice(0, pageSize);
  return { rows: page, next_cursor: rows.length > pageSize ? String(page.at(-1)?.id) : null };
});
