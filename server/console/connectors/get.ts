import { getConnector } from '../../configuration/connectors.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';
import { type ConnectorView, connectorView } from './view.ts';

export const get = adminOfConsole.input(byUid).query(async ({ ctx, input }): Promise<ConnectorView> => {
  return connectorView(await getConnector(ctx.services, ctx.session.accountId, input.uid));
});
