import { type ConnectorRemoval, connectorRemoval } from '../../configuration/removal.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** What deleting would do, asked before it is done. */
export const removal = adminOfConsole.input(byUid).query(({ ctx, input }): Promise<ConnectorRemoval> => {
  return connectorRemoval(ctx.services, ctx.session.accountId, input.uid);
});
