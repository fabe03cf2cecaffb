import { z } from 'zod';
import { connectorInputSchema } from '../../../shared/connector.ts';
import { uidSchema } from '../../../shared/id.ts';
import type { Change } from '../../change.ts';
import { saveConnector } from '../../configuration/connectors.ts';
import { versionSchema } from '../../version.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = connectorInputSchema.extend({
  uid: uidSchema,
  version: versionSchema,
  /** Enabled or disabled as it is now, whatever `is_enabled` says: somebody may have disabled it since a form opened. */
  keeps_enabled: z.boolean().default(false),
});

/** Secrets that are left out are kept. */
export const update = adminOfConsole
  .input(inputSchema)
  .mutation(async ({ ctx, input }): Promise<{ change: Change }> => {
    const { uid, version, keeps_enabled: keepsEnabled, ...connector } = input;
    const { accountId, user } = ctx.session;
    const options = { by: user.email, uid, version, keepsEnabled };
    const { change } = await saveConnector(ctx.services, accountId, connector, options);
    return { change };
  });
