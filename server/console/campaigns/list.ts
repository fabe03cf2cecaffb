import { selectLastImports } from '../../../db/queries/campaign-imports.ts';
import { uuidText } from '../../../db/uuid.ts';
import type { ImportState } from '../../../shared/campaign.ts';
import { campaignsFor } from '../../campaigns/access.ts';
import { forCampaigns } from './procedures.ts';

export interface CampaignRow {
  id: string;
  name: string;
  description: string;
  created_by: string;
  created_at: string;
  last_import: { import_id: string; state: ImportState; created_at: string } | null;
}

/** Those that this person may see, by name. How many conversations they have is a question of its own: counts. */
export const list = forCampaigns.query(
  async ({ ctx: { services, session } }): Promise<{ campaigns: CampaignRow[]; may_edit: boolean }> => {
    const campaigns = await campaignsFor(services, session);
    const last = await selectLastImports(services.database.pool, session.accountId);
    const rows = campaigns.map(({ id, rowId, name, settings, createdBy, createdAt }): CampaignRow => {
      const newest = last.get(rowId);
      return {
        ...{ id, name, description: settings.description ?? '', created_by: createdBy },
        created_at: createdAt.toISOString(),
        last_import: newest
          ? { import_id: uuidText(newest.id), state: newest.state, created_at: newest.createdAt.toISOString() }
          : null,
      };
    });
    return { campaigns: rows, may_edit: session.user.role === 'admin' };
  },
);
