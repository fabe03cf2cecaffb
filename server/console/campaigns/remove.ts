import { removeCampaign } from '../../campaigns/remove.ts';
import { byCampaign } from './inputs.ts';
import { forCampaignAdmins } from './procedures.ts';

export const remove = forCampaignAdmins.input(byCampaign).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await removeCampaign(ctx.services, ctx.session.accountId, input.id);
  return { ok: true };
});
