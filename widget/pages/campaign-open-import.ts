import type { CampaignImport, CampaignImportFile } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';

/** This person's newest import into the campaign that is not finished, with what is there of its files. */
export async function findOpenImport(
  { api, me }: AppContext,
  campaignId: string,
): Promise<{ found: CampaignImport; files: CampaignImportFile[] } | undefined> {
  const { rows } = await api.campaigns.imports.query({ id: campaignId });
  const found = rows.find(({ state, created_by }) => state === 'open' && created_by === me.user.email);
  if (!found) return undefined;
  const files: CampaignImportFile[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await api.campaigns.importFiles.query({ id: found.import_id, cursor });
    files.push(...page.rows);
    if (page.next_cursor === null) return { found, files };
    cursor = page.next_cursor;
  }
}
