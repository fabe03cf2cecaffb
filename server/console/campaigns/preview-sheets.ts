import { z } from 'zod';
import { importLimits, importSettingsSchema } from '../../../shared/campaign.ts';
import { type Preview, previewSheets as preview } from '../../campaigns/preview.ts';
import { idOf } from '../ids.ts';
import { byImport } from './inputs.ts';
import { forCampaigns } from './procedures.ts';

const inputSchema = byImport.extend({
  /** The recordings that were dropped, uploaded or not yet. */
  names: z.array(z.string().min(1).max(importLimits.nameLength)).max(importLimits.files),
  settings: importSettingsSchema.default({}),
});

/** What the CSVs that are here would come to. A mutation, because the names make it too long for an address. */
export const previewSheets = forCampaigns
  .input(inputSchema)
  .mutation(async ({ ctx: { services, session }, input, signal }): Promise<Preview> => {
    const { names, settings } = input;
    return preview(services, session, idOf(input.id), { names, settings }, signal);
  });
