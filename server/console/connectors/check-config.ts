import type { CheckResult } from '../../../shared/connector.ts';
import { checkConfig as checkUnsaved } from '../../configuration/check.ts';
import { unsavedSchema } from '../../configuration/preview.ts';
import { adminOfConsole } from '../trpc.ts';

/** Test connection in the form, before anything is saved. */
export const checkConfig = adminOfConsole.input(unsavedSchema).mutation(({ ctx, input }): Promise<CheckResult> => {
  return checkUnsaved(ctx.services, ctx.session.accountId, input);
});
