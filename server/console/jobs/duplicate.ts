import { duplicateJob } from '../../configuration/jobs-duplicate.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Makes a disabled copy of a job and answers its id and its name, `Name (copy)` or the next that is free. */
export const duplicate = adminOfConsole
  .input(byUid)
  .mutation(({ ctx, input }): Promise<{ uid: string; name: string }> => {
    const { accountId, user } = ctx.session;
    return duplicateJob(ctx.services, accountId, input.uid, user.email);
  });
