import { listEnabledRules } from '../../../db/queries/assignment-rules.ts';
import { type CampaignSettings, importLimits } from '../../../shared/campaign.ts';
import { requireCampaignFor } from '../../campaigns/access.ts';
import { campaignVersion } from '../../campaigns/campaigns.ts';
import { rulesForAll, rulesNaming } from '../../campaigns/rules.ts';
import { uploadsPath } from '../../campaigns/uploads/door.ts';
import { byCampaign } from './inputs.ts';
import { forCampaigns } from './procedures.ts';

export interface CampaignView {
  id: string;
  name: string;
  settings: CampaignSettings;
  /** Comes back with what a form saves. */
  version: string;
  created_by: string;
  created_at: string;
  may_edit: boolean;
  /** Enabled assignment rules with a condition on this campaign, and those with none on any. */
  rules: { name: string; profiles: string[]; names_it: boolean }[];
  limits: typeof importLimits;
  /** Where files are uploaded by the tus protocol. */
  uploads_path: string;
}

export const get = forCampaigns
  .input(byCampaign)
  .query(async ({ ctx: { services, session }, input }): Promise<CampaignView> => {
    const campaign = await requireCampaignFor(services, session, input.id);
    const rules = await listEnabledRules(services.database.pool, session.accountId);
    const naming = rulesNaming(rules, campaign);
    const others = rulesForAll(rules).filter((rule) => !naming.includes(rule));
    const { id, name, settings, createdBy, createdAt } = campaign;
    return {
      ...{ id, name, settings, created_by: createdBy, created_at: createdAt.toISOString() },
      version: campaignVersion(campaign),
      may_edit: session.user.role === 'admin',
      rules: [...naming, ...others].map((rule) => ({
        name: rule.name,
        profiles: rule.assign_quality_profiles,
        names_it: naming.includes(rule),
      })),
      limits: importLimits,
      uploads_path: uploadsPath,
    };
  });
