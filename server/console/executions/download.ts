import { z } from 'zod';
import { requireReportPart } from '../../../db/queries/console-files.ts';
import { uidSchema } from '../../../shared/id.ts';
import { reportTicket } from '../../security/tickets.ts';
import { idOf } from '../ids.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({ id: uidSchema, part: z.number().int().min(1).max(65_535) });

/** An address for one part of an export's report; good while the session lives. */
export const download = adminOfConsole
  .input(inputSchema)
  .query(async ({ ctx, input }): Promise<{ url: string; file_name: string }> => {
    const { pool } = ctx.services.database;
    const part = await requireReportPart(pool, ctx.session.accountId, idOf(input.id), input.part);
    return { url: reportTicket(ctx.services.keyring, ctx.session, part.id), file_name: part.fileName };
  });
