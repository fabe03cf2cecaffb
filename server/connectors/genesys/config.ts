import { z } from 'zod';
import { type FieldMeta, secret } from '../../../shared/connector.ts';
import { zoneSchema } from '../../../shared/job.ts';
import { hostAddress, lookbackDays, settleHours } from '../calls/fields.ts';
import { rowFields } from '../import-fields.ts';
import { regionNamed, regions } from './regions.ts';

const meta = (facts: FieldMeta) => ({ ...facts });

/** Media whose recordings are audio. */
export const mediaTypes = ['voice', 'callback'] as const;
export const directions = ['inbound', 'outbound'] as const;

const seconds = z.coerce.number().int().min(0).max(86_400).optional();
const callCount = z.coerce.number().int().min(1).max(1_000_000).optional();
const name = z.string().trim().min(1).max(256);

/** One queue to take calls from. Its name alone does as well, as in `queues: [Support]`. */
const queueSchema = z.preprocess(
  (given) => (typeof given === 'string' ? { queue: given } : given),
  z.strictObject({
    queue: name.meta(meta({ title: 'Queue', description: 'Its name or its ID.' })),
    max_calls: callCount.meta(
      meta({ title: 'Calls a day, at most', description: 'Empty: as for all queues (below).', group: 'what' }),
    ),
  }),
);

const qualitySchema = z.strictObject({
  minimum_mos: z.coerce
    .number()
    .min(1)
    .max(5)
    .optional()
    .meta(
      meta({
        title: 'Voice quality (MOS), at least',
        description:
          'From 1 to 5; 3.5 and more is well understood. Calls whose quality Genesys did not measure are left out then.',
      }),
    ),
  wrap_up_codes: z
    .array(name)
    .max(200)
    .default([])
    .meta(
      meta({
        title: 'Wrap-up codes',
        description: 'Names or IDs; a call with any of them is taken. Empty: all calls.',
      }),
    ),
});

const where = {
  region: z
    // Inside, for the form: a default around something that may be typed in many ways is not told to it.
    .preprocess(regionNamed, z.enum(regions).default('mypurecloud.com'))
    .meta(
      meta({
        title: 'Region',
        address: true,
        description:
          'What the address of your Genesys Cloud ends in: apps.mypurecloud.ie is in the region mypurecloud.ie.',
        group: 'where',
      }),
    ),
  login_url: hostAddress.optional().meta(
    meta({
      title: 'Sign-in address',
      address: true,
      description: 'For private regions alone. Empty: https://login. and the region.',
      group: 'where',
    }),
  ),
  api_url: hostAddress.optional().meta(
    meta({
      title: 'API address',
      address: true,
      description: 'For private regions alone. Empty: https://api. and the region.',
      group: 'where',
    }),
  ),
};

const who = {
  client_id: z
    .string()
    .trim()
    .regex(/^[^:\s]{1,255}$/, 'without colons and spaces')
    .meta(
      meta({
        title: 'Client ID',
        description: 'Of an OAuth client with the grant type Client Credentials, made for this purpose alone.',
        group: 'who',
      }),
    ),
  client_secret: secret({ title: 'Client secret', description: 'Shown with the OAuth client.', group: 'who' }),
};

const selection = {
  queues: z
    .array(queueSchema)
    .max(200)
    .default([])
    .meta(
      meta({
        title: 'Queues',
        description: 'Calls that went through one of them are taken, and how many a day from each. Empty: all calls.',
        group: 'what',
      }),
    ),
  max_calls_per_queue: callCount.meta(
    meta({
      title: 'Calls a day from each queue, at most',
      description: 'The first of the day that fit the other settings. Empty: all.',
      group: 'what',
    }),
  ),
  media_types: z
    .array(z.enum(mediaTypes))
    .min(1)
    .default(['voice'])
    .meta(
      meta({ title: 'Media', description: 'voice: calls. callback: also calls that were promised.', group: 'what' }),
    ),
  directions: z
    .array(z.enum(directions))
    .min(1)
    .default([...directions])
    .meta(meta({ title: 'Directions', description: 'As the conversation began.', group: 'what' })),
  min_duration_seconds: seconds.meta(
    meta({
      title: 'Shortest call (seconds)',
      description: 'From beginning to end, waiting and announcements included.',
      group: 'what',
    }),
  ),
  max_duration_seconds: seconds.meta(
    meta({
      title: 'Longest call (seconds)',
      description: 'Longer calls are left out, such as lines that nobody hung up. Empty: of any length.',
      group: 'what',
    }),
  ),
  quota_per_agent: callCount.meta(
    meta({
      title: 'Calls a day of each agent, at most',
      description: 'The first of the day that fit the other settings. Empty: all.',
      group: 'what',
    }),
  ),
  sampling_percentage: z.coerce
    .number()
    .gt(0)
    .max(100)
    .default(100)
    .meta(
      meta({
        title: 'Sample (percent)',
        description: 'How many of the calls that fit are considered. Chosen by their ID, so always the same ones.',
        group: 'what',
      }),
    ),
  quality_criteria: qualitySchema.default({ wrap_up_codes: [] }).meta(
    meta({
      title: 'Quality criteria',
      description: 'What else a call must be like. Leave both empty to take all.',
      group: 'what',
    }),
  ),
  only_recorded: z
    .boolean()
    .default(true)
    .meta(
      meta({
        title: 'Only calls that were recorded',
        description: 'Switched off, calls without a recording come too, and end as failed for the lack of it.',
        group: 'what',
      }),
    ),
  participant_attributes: z
    .boolean()
    .default(false)
    .meta(
      meta({
        title: 'With participant attributes',
        description:
          'What your flows and scripts noted with a call. Genesys hands it out some hours later: days are read once they are over and complete.',
        group: 'what',
      }),
    ),
};

const reading = {
  timezone: zoneSchema
    .optional()
    .meta(
      meta({ title: 'Time zone', description: "Days begin and end in it. Empty: the account's own.", group: 'what' }),
    ),
  lookback_days: lookbackDays({ most: 365 }),
  settle_hours: settleHours({ more: 'With quotas, a day is read only after that.' }),
  requests_per_minute: z.coerce
    .number()
    .int()
    .min(10)
    .max(300)
    .default(280)
    .meta(
      meta({
        title: 'API requests a minute, at most',
        description: 'Genesys allows 300 for an OAuth client. Lower it where other programs use the same one.',
        group: 'what',
      }),
    ),
};

/** What one Genesys connector is told. Its titles and descriptions are the console's form. */
export const genesysConfigSchema = z
  .strictObject({
    ...where,
    ...who,
    ...selection,
    ...reading,
    file_format: z
      .literal('ndjson')
      .default('ndjson')
      .meta(meta({ hidden: true })),
    ...rowFields,
  })
  .refine(({ min_duration_seconds: least = 0, max_duration_seconds: most }) => most === undefined || least <= most, {
    path: ['max_duration_seconds'],
    message: 'not less than the shortest call',
  });

export type GenesysConfig = z.infer<typeof genesysConfigSchema>;

/** Where tokens are given out, and where everything else is. */
export function addressesOf({ region, login_url, api_url }: GenesysConfig): { login: URL; api: URL } {
  return { login: new URL(login_url ?? `https://login.${region}`), api: new URL(api_url ?? `https://api.${region}`) };
}

/** Whether the first calls of a day are chosen by counting, which needs the whole day. */
export function hasQuotas({ queues, max_calls_per_queue, quota_per_agent }: GenesysConfig): boolean {
  const limits = [max_calls_per_queue, quota_per_agent, ...queues.map(({ max_calls }) => max_calls)];
  return limits.some((limit) => limit !== undefined);
}
