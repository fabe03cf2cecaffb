import { z } from 'zod';
import { type LogLine, listLogLines } from '../../../db/queries/execution-log.ts';
import { requireExecution } from '../../../db/queries/executions.ts';
import { logLinesMost } from '../../pipeline/run-log.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = byId.extend({
  /** The id of the last line that is known; 0 for all of them. */
  after: z.number().int().nonnegative().default(0),
});

/** What an execution said of itself, the oldest line first. Throws `not_found`. */
export const log = adminOfConsole.input(inputSchema).query(async ({ ctx, input }): Promise<{ lines: LogLine[] }> => {
  const { pool } = ctx.services.database;
  const { accountId } = ctx.session;
  const id = idOf(input.id);
  await requireExecution(pool, accountId, id);
  return { lines: await listLogLines(pool, accountId, id, { after: input.after, limit: logLinesMost * 2 }) };
});
