import { connectorInputSchema } from '../../../shared/connector.ts';
import { saveConnector } from '../../configuration/connectors.ts';
import { adminOfConsole } from '../trpc.ts';

/** Answers its id. A name that is taken is refused: a form that makes something new must not change what is there. */
export const create = adminOfConsole
  .input(connectorInputSchema)
  .mutation(async ({ ctx, input }): Promise<{ uid: string }> => {
    const { accountId, user } = ctx.session;
    const { uid } = await saveConnector(ctx.services, accountId, input, { by: user.email, create: true });
    // The first run of a job that was made with it need not wait for the next poll.
    ctx.wake();
    return { uid };
  });
