import { z } from 'zod';
import { campaignIdSchema } from '../../../shared/campaign.ts';
import { uidSchema } from '../../../shared/id.ts';

export const byCampaign = z.strictObject({ id: campaignIdSchema });
export const byImport = z.strictObject({ id: uidSchema });
