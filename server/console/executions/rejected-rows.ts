import { z } from 'zod';
import { selectRejectedRows } from '../../../db/queries/execution-details.ts';
import { requireExecution } from '../../../db/queries/executions.ts';
import { uidSchema } from '../../../shared/id.ts';
import { idOf } from '../ids.ts';
import { adminOfConsole } from '../trpc.ts';
import type { RejectedRowPage } from './view.ts';

const pageSize = 100;
const placeSchema = z
  .string()
  .regex(/^\d{1,15}$/, 'a place that a page before gave')
  .optional();
const inputSchema = z.strictObject({ id: uidSchema, cursor: placeSchema });

/** The rows that were not taken, with file, line, column, reason and raw text, in the order they were read. */
export const rejectedRows = adminOfConsole
  .input(inputSchema)
  .query(async ({ ctx, input }): Promise<RejectedRowPage> => {
    const { pool } = ctx.services.database;
    const id = idOf(input.id);
    await requireExecution(pool, ctx.session.accountId, id);
    const after = Number(input.cursor ?? 0);
    const rows = await selectRejectedRows(pool, ctx.session.accountId, id, { after, limit: pageSize + 1 });
    const page = rows.slice(0, pageSize);
    return {
      rows: page.map(({ id: _, ...row }) => row),
      next_cursor: rows.length > pageSize ? String(page.at(-1)?.id) : null,
    };
  });
