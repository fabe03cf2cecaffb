import { z } from 'zod';
import { requireExecution } from '../../../db/queries/executions.ts';
import { rejectedStates } from '../../../db/queries/rejected-rows-page.ts';
import { uidSchema } from '../../../shared/id.ts';
import { rejectedRowsTicket } from '../../security/tickets.ts';
import { idOf } from '../ids.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({
  execution: uidSchema.optional(),
  state: z.enum(rejectedStates).default('open'),
});

/** An address for the rows as CSV; good while the session lives. */
export const download = adminOfConsole
  .input(inputSchema)
  .query(async ({ ctx, input }): Promise<{ url: string; file_name: string }> => {
    const { session, services } = ctx;
    if (input.execution !== undefined)
      await requireExecution(services.database.pool, session.accountId, idOf(input.execution));
    return { url: rejectedRowsTicket(services.keyring, session, input), file_name: 'rejected-rows.csv' };
  });
