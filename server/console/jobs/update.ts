import { z } from 'zod';
import { uidSchema } from '../../../shared/id.ts';
import { jobSchema } from '../../../shared/job.ts';
import type { Change } from '../../change.ts';
import { saveJob } from '../../configuration/jobs-save.ts';
import { versionSchema } from '../../version.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = jobSchema.safeExtend({
  uid: uidSchema,
  version: versionSchema,
  /** Enabled or disabled as it is now, whatever `is_enabled` says: somebody may have disabled it since a form opened. */
  keeps_enabled: z.boolean().default(false),
});

export const update = adminOfConsole
  .input(inputSchema)
  .mutation(async ({ ctx, input }): Promise<{ change: Change }> => {
    const { uid, version, keeps_enabled: keepsEnabled, ...job } = input;
    const { accountId, user } = ctx.session;
    const options = { by: user.email, uid, version, keepsEnabled };
    const { change } = await saveJob(ctx.services, accountId, job, options);
    return { change };
  });
