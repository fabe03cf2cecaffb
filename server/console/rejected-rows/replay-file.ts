import { z } from 'zod';
import { type MendedFile, replayMendedFile } from '../../pipeline/mended-file.ts';
import { noneOfThem } from '../../pipeline/replay.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({ csv: z.string().min(1).max(3_000_000, 'at most 3 MB; send it in several files') });

/** Reads the downloaded file of rejected rows again, mended in its column `raw`. */
export const replayFile = adminOfConsole.input(inputSchema).mutation(async ({ ctx, input }): Promise<MendedFile> => {
  const { accountId, user } = ctx.session;
  const replayed = await replayMendedFile(ctx.services, accountId, input.csv, user.email);
  if (replayed.found === 0) throw noneOfThem();
  ctx.wake();
  return replayed;
});
