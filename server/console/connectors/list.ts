import { z } from 'zod';
import { selectLastRunsOfConnectors } from '../../../db/queries/last-runs.ts';
import { directions } from '../../../shared/connector.ts';
import { listConnectors } from '../../configuration/connectors.ts';
import { adminOfConsole } from '../trpc.ts';
import { type ConnectorCard, connectorCard } from './view.ts';

const inputSchema = z.strictObject({ direction: z.enum(directions).optional() });

export const list = adminOfConsole.input(inputSchema).query(async ({ ctx, input }): Promise<ConnectorCard[]> => {
  const { accountId } = ctx.session;
  const [connectors, runs] = await Promise.all([
    listConnectors(ctx.services, accountId, input.direction),
    selectLastRunsOfConnectors(ctx.services.database.pool, accountId),
  ]);
  return connectors.map((connector) => connectorCard(connector, runs.get(connector.id)));
});
