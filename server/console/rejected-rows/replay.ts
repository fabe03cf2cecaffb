import { z } from 'zod';
import { noneOfThem, type Replayed, replayRows } from '../../pipeline/replay.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        id: z.number().int().positive(),
        /** As it was mended; without it, as it is kept: what was wrong may have been the mapping. */
        raw: z.string().max(3_000_000).optional(),
      }),
    )
    .min(1)
    .max(1000),
});

/** Reads rows again that were not taken, and tells what became of each. */
export const replay = adminOfConsole.input(inputSchema).mutation(async ({ ctx, input }): Promise<Replayed> => {
  const { accountId, user } = ctx.session;
  const rows = input.rows.map(({ id, raw }) => ({ rejectedRowId: id, raw }));
  const replayed = await replayRows(ctx.services, accountId, rows, user.email);
  if (replayed.found === 0) throw noneOfThem();
  ctx.wake();
  return replayed;
});
