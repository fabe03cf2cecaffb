import { previewConfig, unsavedSchema } from '../../configuration/preview.ts';
import type { Preview } from '../../pipeline/preview.ts';
import { adminOfConsole } from '../trpc.ts';

/** The first rows of the source and what they become, in the form, before anything is saved. */
export const preview = adminOfConsole.input(unsavedSchema).mutation(({ ctx, input }): Promise<Preview> => {
  return previewConfig(ctx.services, ctx.session.accountId, input);
});
