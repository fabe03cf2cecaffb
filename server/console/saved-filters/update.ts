import { uidSchema } from '../../../shared/id.ts';
import { changeSavedFilter } from '../../reports/saved-filters.ts';
import { versionSchema } from '../../version.ts';
import { signedIn } from '../trpc.ts';
import { contentSchema } from './create.ts';

const inputSchema = contentSchema.extend({ uid: uidSchema, version: versionSchema });

export const update = signedIn.input(inputSchema).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await changeSavedFilter(ctx.services, ctx.session.accountId, ctx.session.user, input);
  return { ok: true };
});
