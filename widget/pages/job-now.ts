import { ShownError } from '../api/problem.ts';
import type { Job } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import { hasSettableSchedule, type SettableSchedule } from './job-draft.ts';

/** A job whose schedule a person may set. */
export type SettableJob = Job & { schedule: SettableSchedule };

/** The job as it is now; of its runs, what was known before. Throws where it cannot be edited any more. */
export async function jobNow(app: AppContext, before: SettableJob): Promise<SettableJob> {
  const now = { ...before, ...(await app.api.jobs.get.query({ uid: before.uid })) };
  if (hasSettableSchedule(now)) return now;
  throw new ShownError('This job runs all the time now. Close this dialog to see it in the list.');
}
