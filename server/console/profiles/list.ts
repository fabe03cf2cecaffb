import { listProfiles, type ProfileSummary } from '../../quality/profiles.ts';
import { signedIn } from '../trpc.ts';

/** For the filters of the Analysis List and the report of an export job. */
export const list = signedIn.query(({ ctx }): Promise<ProfileSummary[]> => {
  return listProfiles(ctx.services, ctx.session.accountId);
});
