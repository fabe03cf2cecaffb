import { alertSettingsSchema } from '../../../shared/alert.ts';
import { saveAlerts } from '../../alerts/save.ts';
import { versionSchema } from '../../version.ts';
import { adminOfConsole } from '../trpc.ts';

/** Whom alerts are told to where a job does not say otherwise. A secret that is absent is kept. */
export const saveSettings = adminOfConsole
  .input(alertSettingsSchema.extend({ version: versionSchema }))
  .mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
    const { version, ...given } = input;
    await saveAlerts(ctx.services, ctx.session.accountId, given, { version });
    return { ok: true };
  });
