import type { Sshd } from '../../harness/sshd.ts';
import { deadAir, profileForAll } from '../kafka/configuration.ts';

export const formats = ['csv', 'xlsx'] as const;
export type Format = (typeof formats)[number];

const columns = [
  'external_interaction_id',
  'channel_type',
  'interaction_start_time',
  'duration_seconds',
  'language',
  'agent_name',
  'metadata.team_name',
  'quality_profile',
  'final_score',
  'max_score',
  'percentage_score',
  'analysis_completed_at',
];

/** A job for each format, which delivers to an SFTP server. */
export function configuration({ host, port, username, password = '', directory }: Sshd) {
  return {
    ...profileForAll(deadAir),
    connectors: [
      {
        name: 'results',
        direction: 'export',
        type: 'sftp',
        config: { host, port, username, credential: { type: 'password', password }, directory },
      },
    ],
    jobs: formats.map((format) => ({
      name: format,
      type: 'data_export',
      connectors: ['results'],
      schedule: { frequency: 'daily' },
      report: { date_range: { from: '2026-09-01', to: '2026-12-31' }, columns, file_format: format },
    })),
  };
}
