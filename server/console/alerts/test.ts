import { readAccountAlerts } from '../../../db/queries/alert-audience.ts';
import { alertSettingsSchema } from '../../../shared/alert.ts';
import { sealedSettings } from '../../alerts/settings.ts';
import { type Tried, trySettings } from '../../alerts/try.ts';
import { adminOfConsole } from '../trpc.ts';

/** Sends a mail and a webhook to whom settings name that may not be saved yet, and tells what came of each. */
export const test = adminOfConsole
  .input(alertSettingsSchema.pick({ emails: true, webhook: true }))
  .mutation(async ({ ctx, input, signal }): Promise<Tried[]> => {
    const { accountId } = ctx.session;
    const before = await readAccountAlerts(ctx.services.database.pool, accountId);
    const settings = sealedSettings(ctx.services.keyring, alertSettingsSchema.parse(input), before);
    return await trySettings(ctx.services, accountId, settings, { signal });
  });
