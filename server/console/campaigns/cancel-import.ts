import { cancelImport as cancel } from '../../campaigns/imports.ts';
import { idOf } from '../ids.ts';
import { byImport } from './inputs.ts';
import { forCampaigns } from './procedures.ts';

export const cancelImport = forCampaigns
  .input(byImport)
  .mutation(async ({ ctx: { services, session, wake }, input }): Promise<{ ok: true }> => {
    await cancel(services, session, idOf(input.id));
    wake();
    return { ok: true };
  });
