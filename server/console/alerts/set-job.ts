import { z } from 'zod';
import { jobAlertsSchema } from '../../../shared/alert.ts';
import { setJobAlerts } from '../../configuration/jobs.ts';
import { versionSchema } from '../../version.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Whom a job's alerts are told to, also those of a job that was made for its connector. Null: whom the account says. */
export const setJob = adminOfConsole
  .input(byUid.extend({ version: versionSchema, alerts: z.union([z.null(), jobAlertsSchema]) }))
  .mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
    const { uid, alerts, version } = input;
    await setJobAlerts(ctx.services, ctx.session.accountId, uid, alerts ?? undefined, version);
    return { ok: true };
  });
