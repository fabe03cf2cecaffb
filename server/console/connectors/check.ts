import type { CheckResult } from '../../../shared/connector.ts';
import { checkConnector } from '../../configuration/check.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Test connection of a card. A check that fails is an answer, not an error. */
export const check = adminOfConsole.input(byUid).mutation(({ ctx, input }): Promise<CheckResult> => {
  return checkConnector(ctx.services, ctx.session.accountId, input.uid);
});
