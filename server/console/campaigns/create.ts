import { campaignInputSchema } from '../../../shared/campaign.ts';
import { createCampaign } from '../../campaigns/campaigns.ts';
import { forCampaignAdmins } from './procedures.ts';

export const create = forCampaignAdmins
  .input(campaignInputSchema)
  .mutation(({ ctx, input }): Promise<{ id: string; name: string }> => {
    const { accountId, user } = ctx.session;
    return createCampaign(ctx.services, accountId, input, user.email);
  });
