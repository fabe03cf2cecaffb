import { connectorInputSchema } from '../../../shared/connector.ts';
import { uidSchema } from '../../../shared/id.ts';
import type { Change } from '../../configuration/change.ts';
import { saveConnector } from '../../configuration/connectors.ts';
import { adminOfConsole } from '../trpc.ts';

/** Secrets that are left out are kept. */
export const update = adminOfConsole
  .input(connectorInputSchema.extend({ uid: uidSchema }))
  .mutation(async ({ ctx, input }): Promise<{ change: Change }> => {
    const { uid, ...connector } = input;
    const { accountId, user } = ctx.session;
    const { change } = await saveConnector(ctx.services, accountId, connector, { by: user.email, uid });
    return { change };
  });
