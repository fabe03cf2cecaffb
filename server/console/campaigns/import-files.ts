import { z } from 'zod';
import { selectFiles } from '../../../db/queries/campaign-import-files.ts';
import { importFileStates } from '../../../shared/campaign.ts';
import { uidSchema } from '../../../shared/id.ts';
import { requireImport } from '../../campaigns/imports.ts';
import { idOf } from '../ids.ts';
import { byImport } from './inputs.ts';
import { forCampaigns } from './procedures.ts';
import { type ImportFileView, importFileView } from './view.ts';

export interface ImportFilesPage {
  rows: ImportFileView[];
  next_cursor: string | null;
}

const pageSize = 200;
const inputSchema = byImport.extend({
  states: z.array(z.enum(importFileStates)).min(1).optional(),
  cursor: uidSchema.optional(),
});

/** An import's files, 200 a page. */
export const importFiles = forCampaigns
  .input(inputSchema)
  .query(async ({ ctx: { services, session }, input }): Promise<ImportFilesPage> => {
    const { id } = await requireImport(services, session, idOf(input.id));
    const found = await selectFiles(services.database.pool, session.accountId, id, {
      ...(input.states ? { states: input.states } : {}),
      after: input.cursor === undefined ? undefined : idOf(input.cursor),
      limit: pageSize + 1,
    });
    const rows = found.slice(0, pageSize).map(importFileView);
    return { rows, next_cursor: found.length > pageSize ? (rows.at(-1)?.file_id ?? null) : null };
  });
