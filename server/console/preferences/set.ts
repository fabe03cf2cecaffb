import { z } from 'zod';
import { writePreference } from '../../../db/queries/preferences.ts';
import { preferenceSchemas } from '../../../shared/preference.ts';
import { signedIn } from '../trpc.ts';

const { analysis_columns, report_columns, report_file_format } = preferenceSchemas;
const inputSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('analysis_columns'), value: analysis_columns }),
  z.strictObject({ name: z.literal('report_columns'), value: report_columns }),
  z.strictObject({ name: z.literal('report_file_format'), value: report_file_format }),
]);

/** Remembers one choice of the signed-in user. */
export const set = signedIn.input(inputSchema).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  const { accountId, user } = ctx.session;
  await writePreference(ctx.services.database.pool, accountId, user.id, input);
  return { ok: true };
});
