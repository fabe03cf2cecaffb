import type { CampaignCounts } from '../../../db/queries/campaign-counts.ts';
import { maySee } from '../../campaigns/access.ts';
import { countCampaigns } from '../../campaigns/counts.ts';
import { forCampaigns } from './procedures.ts';

export interface CampaignCountsView {
  /** A large account is not counted at every look. */
  counted_at: string;
  /** By the campaign's id; one without conversations is left out. */
  counts: Record<string, CampaignCounts>;
}

export const counts = forCampaigns.query(async ({ ctx: { services, session } }): Promise<CampaignCountsView> => {
  const { countedAt, counts: all } = await countCampaigns(services, session.accountId);
  const seen = [...all].filter(([id]) => maySee(session, id));
  return { counted_at: countedAt.toISOString(), counts: Object.fromEntries(seen) };
});
