import { countFiles } from '../../../db/queries/campaign-imports.ts';
import { requireImport } from '../../campaigns/imports.ts';
import { idOf } from '../ids.ts';
import { byImport } from './inputs.ts';
import { forCampaigns } from './procedures.ts';
import { type ImportView, importView } from './view.ts';

/** One import with its counts and what its CSVs came to. */
export const getImport = forCampaigns
  .input(byImport)
  .query(async ({ ctx: { services, session }, input }): Promise<ImportView> => {
    const found = await requireImport(services, session, idOf(input.id));
    const counts = await countFiles(services.database.pool, session.accountId, [found.id]);
    return importView(found, counts.get(found.id.toString('hex')));
  });
