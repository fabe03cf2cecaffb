import { connectorInputSchema } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import { listConnectors, saveConnector } from '../../configuration/connectors.ts';
import { adminOfConsole } from '../trpc.ts';

/** Answers its id. A name that is taken is refused: a form that makes something new must not change what is there. */
export const create = adminOfConsole
  .input(connectorInputSchema)
  .mutation(async ({ ctx, input }): Promise<{ uid: string }> => {
    const { accountId, user } = ctx.session;
    const connectors = await listConnectors(ctx.services, accountId);
    if (connectors.some(({ name }) => name === input.name))
      throw new AppError('conflict', `There is already a connector "${input.name}". Choose another name.`, {
        field: 'name',
      });
    const { uid } = await saveConnector(ctx.services, accountId, input, { by: user.email });
    return { uid };
  });
