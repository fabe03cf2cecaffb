import { requireCampaignAdmin, requireCampaignRole } from '../../campaigns/access.ts';
import { signedIn } from '../trpc.ts';

/** Admins and supervisors, each for the campaigns that they may see. */
export const forCampaigns = signedIn.use(({ ctx, next }) => {
  requireCampaignRole(ctx.session);
  return next();
});

/** Who decides what campaigns there are. */
export const forCampaignAdmins = signedIn.use(({ ctx, next }) => {
  requireCampaignAdmin(ctx.session);
  return next();
});
