import { z } from 'zod';
import { importSettingsSchema } from '../../../shared/campaign.ts';
import { finishImport as finish } from '../../campaigns/imports.ts';
import { idOf } from '../ids.ts';
import { byImport } from './inputs.ts';
import { forCampaigns } from './procedures.ts';

const inputSchema = byImport.extend({
  settings: importSettingsSchema.default({}),
  /** Leaves out what is not complete instead of refusing. */
  without_unfinished: z.boolean().default(false),
});

/** Everything is here: a worker makes conversations of it. */
export const finishImport = forCampaigns
  .input(inputSchema)
  .mutation(async ({ ctx: { services, session, wake }, input }): Promise<{ ok: true }> => {
    const { settings, without_unfinished: withoutUnfinished } = input;
    await finish(services, session, idOf(input.id), { settings, withoutUnfinished });
    wake();
    return { ok: true };
  });
