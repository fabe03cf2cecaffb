import { z } from 'zod';
import { uuidText } from '../../../db/uuid.ts';
import { campaignIdSchema, importSettingsSchema } from '../../../shared/campaign.ts';
import { createImport as create } from '../../campaigns/imports.ts';
import { forCampaigns } from './procedures.ts';

const inputSchema = z.strictObject({ campaign: campaignIdSchema, settings: importSettingsSchema.default({}) });

/** An import to which files can be uploaded; its metadata may still change when it is finished. */
export const createImport = forCampaigns
  .input(inputSchema)
  .mutation(async ({ ctx: { services, session }, input }): Promise<{ import_id: string }> => {
    const { campaign: campaignId, settings } = input;
    return { import_id: uuidText(await create(services, session, { campaignId, settings })) };
  });
