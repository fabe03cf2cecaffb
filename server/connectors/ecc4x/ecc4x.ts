import type { ConnectorType } from '../connector.ts';
import { readingOf } from '../files/fields.ts';
import { checkEcc4x } from './check.ts';
import { type Ecc4xConfig, ecc4xConfigSchema } from './config.ts';
import { openSource } from './source.ts';
import type { AppServerConfig } from './source-config.ts';

export const ecc4x = {
  id: 'ecc4x',
  title: 'ECC 4x',
  summary: "Calls of Exotel's contact center ECC 4x (Ameyo), and their recordings by the voice-log API.",
  directions: ['import'],
  prerequisites: {
    import: [
      'VLA (voice logger and archiver) must be enabled on the ECC 4x setup.',
      'For reports: VLA uploads its report by SFTP into an inbox of this account, made under Data Import.',
      'For the app server or the database: our outbound addresses must be allowed to connect, on premise as well.',
      'For recordings: a login of the voice-log API, or its hash key, and our addresses allowed on its port (usually 8443).',
    ],
  },
  systemJob: {
    schedule: { frequency: 'daily', at: '02:30', timezone: 'Asia/Kolkata', end_date: 'never', overlap: 'skip' },
    startsAtOnce: true,
  },
  config: ecc4xConfigSchema,
  check: checkEcc4x,
  location: (config) => JSON.stringify([...placeOf(config), config.row_defaults.audio_url, ...readingOf(config)]),
  source: openSource,
} satisfies ConnectorType<Ecc4xConfig>;

/** What decides about which rows there are. */
function placeOf({ source, timezone }: Ecc4xConfig): unknown[] {
  switch (source.kind) {
    case 'sftp_report':
      return [source.kind, source.inbox, source.directory ?? '', timezone];
    case 'app_server':
      return [source.kind, ...askedOf(source), timezone];
    case 'database':
      return [source.kind, source.engine, source.host, source.port ?? '', source.database, source.query, timezone];
  }
}

/** Where an app server's rows are asked for, how, and where they lie in its answers. */
function askedOf(source: AppServerConfig): unknown[] {
  const { base_url, rows_path, query, from_parameter, to_parameter, time_format, rows_at, paging } = source;
  const pages = Object.entries(paging).sort();
  return [base_url, rows_path, Object.entries(query).sort(), from_parameter, to_parameter, time_format, rows_at, pages];
}
