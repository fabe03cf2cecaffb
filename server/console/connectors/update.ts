import { connectorInputSchema } from '../../../shared/connector.ts';
import { saveConnector } from '../../configuration/connectors.ts';
import { uidSchema } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Secrets that are left out are kept. */
export const update = adminOfConsole
  .input(connectorInputSchema.extend({ uid: uidSchema }))
  .mutation(async ({ ctx, input }): Promise<{ change: 'created' | 'updated' | 'unchanged' }> => {
    const { uid, ...connector } = input;
    const { accountId, user } = ctx.session;
    const { change } = await saveConnector(ctx.services, accountId, connector, { by: user.email, uid });
    return { change };
  });
