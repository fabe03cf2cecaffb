import { z } from 'zod';
import type { FieldMeta } from '../../../shared/connector.ts';
import { zoneSchema } from '../../../shared/job.ts';
import { hostAddress, lookbackDays, settleHours } from '../calls/fields.ts';
import { rowFields } from '../import-fields.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

export const callStatuses = ['completed', 'failed', 'busy', 'no-answer'] as const;
export const callDirections = ['inbound', 'outbound-dial', 'outbound-api'] as const;

/** What one Exolite connector is told. Its titles and descriptions are the console's form. */
export const exoliteConfigSchema = z.strictObject({
  base_url: hostAddress.prefault('https://api.exotel.com').meta(
    meta({
      title: 'API address',
      address: true,
      description: 'https://api.exotel.com for accounts in Singapore, https://api.in.exotel.com for those in Mumbai.',
      group: 'where',
    }),
  ),
  recordings_url: hostAddress.prefault('https://recordings.exotel.com').meta(
    meta({
      title: 'Recordings address',
      address: true,
      description:
        'API key and token are sent to it and to the host of the API address, to no other. Change it only when Exotel says so.',
      group: 'where',
    }),
  ),
  account_sid: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, - and _ as the API settings page shows them')
    .meta(meta({ title: 'Account SID', description: "From the Exotel dashboard's API settings page.", group: 'who' })),
  api_key: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^[^:\s]+$/, 'without colons and spaces')
    .meta(
      meta({
        title: 'API key',
        description: 'From the same page; make one for this purpose alone.',
        group: 'who',
        secret: true,
      }),
    ),
  api_token: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .meta(meta({ title: 'API token', description: 'Belongs to the API key.', group: 'who', secret: true })),
  timezone: zoneSchema.default('Asia/Kolkata').meta(
    meta({
      title: 'Time zone of the account',
      description: "Exotel's times name no zone; they are read in this one. Days begin and end in it.",
      group: 'what',
    }),
  ),
  statuses: z
    .array(z.enum(callStatuses))
    .min(1)
    .default(['completed'])
    .meta(
      meta({
        title: 'Calls that ended as',
        description:
          'completed: answered and talked to an end. Of the others, too, only calls with a recording are taken.',
        group: 'what',
      }),
    ),
  directions: z
    .array(z.enum(callDirections))
    .min(1)
    .default([...callDirections])
    .meta(
      meta({
        title: 'Directions',
        description: 'inbound; outbound-dial: dialled within a call flow; outbound-api: begun by the API.',
        group: 'what',
      }),
    ),
  lookback_days: lookbackDays({ most: 180 }),
  settle_hours: settleHours(),
  calls_per_minute: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(180)
    .meta(
      meta({
        title: 'API requests a minute, at most',
        description: 'Exotel allows 200 for the whole account. Lower it where other programs use the same account.',
        group: 'what',
      }),
    ),
  recording_url_minutes: z.coerce
    .number()
    .int()
    .min(5)
    .max(60)
    .optional()
    .meta(
      meta({
        title: 'Life of pre-signed recording links (minutes)',
        description:
          "5 to 60, sent as RecordingUrlValidity where such a link is asked for. Leave empty for the account's own setting.",
        group: 'what',
      }),
    ),
  file_format: z
    .literal('ndjson')
    .default('ndjson')
    .meta(meta({ hidden: true })),
  ...rowFields,
});

export type ExoliteConfig = z.infer<typeof exoliteConfigSchema>;
