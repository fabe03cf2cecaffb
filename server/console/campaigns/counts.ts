import type { CampaignCounts } from '../../../db/queries/campaign-counts.ts';
import { maySee } from '../../campaigns/access.ts';
import { countCampaigns } from '../../campaigns/counts.ts';
import { forCampaigns } from './procedures.ts';

export interface CampaignCountsView {
  /** How old they were when this was answered: a large account is not counted at every look. */
  age_ms: number;
  /** By the campaign's id; one without conversations is left out. */
  counts: Record<string, CampaignCounts>;
}

export const counts = forCampaigns.query(async ({ ctx: { services, session } }): Promise<CampaignCountsView> => {
  const { countedAt, counts: all } = await countCampaigns(services, session.accountId);
  const seen = [...all].filter(([id]) => maySee(session, id));
  return { age_ms: Date.now() - countedAt.getTime(), counts: Object.fromEntries(seen) };
});
