import type { ConnectorType } from '../connector.ts';
import { checkGenesys } from './check.ts';
import { addressesOf, type GenesysConfig, genesysConfigSchema } from './config.ts';
import { openSource } from './source.ts';

export const genesys = {
  id: 'genesys',
  title: 'Genesys Cloud',
  summary: 'Calls and their recordings from Genesys Cloud: by queue, direction, length, quality, quota and sample.',
  directions: ['import'],
  prerequisites: {
    import: [
      'An OAuth client of the grant type Client Credentials, made by an administrator of Genesys Cloud.',
      "That client's role holds analytics:conversationDetail:view and recording:recording:view for the divisions of the calls.",
      'To name queues and wrap-up codes by their names, the role also holds routing:queue:view and routing:wrapupCode:view.',
      'The calls are recorded, and retention policies keep them for some days.',
    ],
  },
  config: genesysConfigSchema,
  check: checkGenesys,
  location: (config) => JSON.stringify([addressesOf(config).api.origin, config.client_id, selectionOf(config)]),
  source: openSource,
} satisfies ConnectorType<GenesysConfig>;

/** With another selection the same days hold other calls, so they are read again. */
function selectionOf(config: GenesysConfig): unknown[] {
  const { queues, quality_criteria, media_types, directions } = config;
  return [
    config.timezone ?? '',
    queues.map(({ queue, max_calls }) => `${queue}=${max_calls ?? ''}`).sort(),
    config.max_calls_per_queue ?? '',
    [...media_types].sort(),
    [...directions].sort(),
    [config.min_duration_seconds ?? '', config.max_duration_seconds ?? ''],
    [config.quota_per_agent ?? '', config.sampling_percentage],
    [quality_criteria.minimum_mos ?? '', [...quality_criteria.wrap_up_codes].sort()],
    [config.only_recorded, config.participant_attributes],
  ];
}
