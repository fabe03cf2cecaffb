import type { ConnectorType } from '../connector.ts';
import { checkExolite } from './check.ts';
import { type ExoliteConfig, exoliteConfigSchema } from './config.ts';
import { openSource } from './source.ts';

export const exolite = {
  id: 'exolite',
  title: 'Exolite',
  summary: "Calls and their recordings from Exotel's cloud telephony, by its bulk call API.",
  directions: ['import'],
  prerequisites: {
    import: [
      "API key, API token and account SID of the Exotel account: the dashboard's API settings page shows them. Nothing must be installed or switched on.",
    ],
  },
  systemJob: {
    schedule: { frequency: 'daily', at: '02:30', timezone: 'Asia/Kolkata', end_date: 'never', overlap: 'skip' },
    startsAtOnce: true,
  },
  config: exoliteConfigSchema,
  check: checkExolite,
  location: ({ base_url, account_sid, timezone, statuses, directions }) =>
    JSON.stringify([base_url, account_sid, timezone, [...statuses].sort(), [...directions].sort()]),
  source: openSource,
} satisfies ConnectorType<ExoliteConfig>;
