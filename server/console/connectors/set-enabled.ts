import { setConnectorEnabled } from '../../configuration/connectors.ts';
import { enabling } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

export const setEnabled = adminOfConsole.input(enabling).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await setConnectorEnabled(ctx.services, ctx.session.accountId, input.uid, input.enabled);
  return { ok: true };
});
