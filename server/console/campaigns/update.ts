import { campaignIdSchema, campaignInputSchema } from '../../../shared/campaign.ts';
import { changeCampaign } from '../../campaigns/campaigns.ts';
import { versionSchema } from '../../version.ts';
import { forCampaignAdmins } from './procedures.ts';

export const update = forCampaignAdmins
  .input(campaignInputSchema.extend({ id: campaignIdSchema, version: versionSchema }))
  .mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
    const { id, ...changed } = input;
    await changeCampaign(ctx.services, ctx.session.accountId, id, changed);
    return { ok: true };
  });
