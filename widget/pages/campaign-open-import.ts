import { problemOfFailure, ShownError } from '../api/problem.ts';
import type { Campaign, CampaignImportFile } from '../api/types.ts';
import type { AppContext } from '../app/context.ts';
import type { UnfinishedImport } from './campaign-unfinished-import.ts';

/** This person's newest import into the campaign that is not finished, with what is there of its files. */
export async function findOpenImport(app: AppContext, campaign: Campaign): Promise<UnfinishedImport | undefined> {
  const { api, me } = app;
  const { rows } = await api.campaigns.imports.query({ id: campaign.id });
  const found = rows.find(({ state, created_by }) => state === 'open' && created_by === me.user.email);
  if (!found) return undefined;
  const { import_id: importId, settings, failure } = found;
  const files = await filesOf(app, importId);
  const problem = failure ? { problem: problemOfFailure(failure) } : {};
  const { unfinishedImport } = await loadUploads();
  const open = unfinishedImport(app, { importId, endpoint: campaign.uploads_path, settings, ...problem });
  open.uploads.know(files);
  return open;
}

/** A new one. */
export async function beginImport(app: AppContext, { id, uploads_path }: Campaign): Promise<UnfinishedImport> {
  const { unfinishedImport } = await loadUploads();
  const { import_id: importId } = await app.api.campaigns.createImport.mutate({ campaign: id });
  return unfinishedImport(app, { importId, endpoint: uploads_path, settings: {} });
}

async function filesOf({ api }: AppContext, importId: string): Promise<CampaignImportFile[]> {
  const files: CampaignImportFile[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await api.campaigns.importFiles.query({ id: importId, cursor });
    files.push(...page.rows);
    if (page.next_cursor === null) return files;
    cursor = page.next_cursor;
  }
}

/** What uploads is loaded by itself: most people who open the console never need it. A newer console has another one. */
function loadUploads(): Promise<typeof import('./campaign-unfinished-import.ts')> {
  return import('./campaign-unfinished-import.ts').catch(() => {
    const why = 'this console was updated meanwhile, or its server is not reached';
    throw new ShownError(`What uploads files could not be loaded: ${why}. Load the page again.`);
  });
}
