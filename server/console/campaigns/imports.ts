import { countFiles, selectImports } from '../../../db/queries/campaign-imports.ts';
import { uidSchema } from '../../../shared/id.ts';
import { requireCampaignFor } from '../../campaigns/access.ts';
import { idOf } from '../ids.ts';
import { byCampaign } from './inputs.ts';
import { forCampaigns } from './procedures.ts';
import { type ImportView, importView } from './view.ts';

const pageSize = 20;

export interface ImportsPage {
  rows: ImportView[];
  /** Give it back as `cursor` for the next page; null on the last. */
  next_cursor: string | null;
}

/** A campaign's imports, newest first, 20 a page. */
export const imports = forCampaigns
  .input(byCampaign.extend({ cursor: uidSchema.optional() }))
  .query(async ({ ctx: { services, session }, input }): Promise<ImportsPage> => {
    const { rowId } = await requireCampaignFor(services, session, input.id);
    const { pool } = services.database;
    const before = input.cursor === undefined ? undefined : idOf(input.cursor);
    const found = await selectImports(pool, session.accountId, rowId, { before, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const counts = await countFiles(
      pool,
      session.accountId,
      shown.map(({ id }) => id),
    );
    const rows = shown.map((row) => importView(row, counts.get(row.id.toString('hex'))));
    return { rows, next_cursor: found.length > pageSize ? (rows.at(-1)?.import_id ?? null) : null };
  });
