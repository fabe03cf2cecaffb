import type { ConnectorType } from '../connector.ts';
import { readingOf, requireFormat } from '../files/fields.ts';
import { checkSftp } from './check.ts';
import { type SftpConfig, sftpConfigSchema } from './config.ts';
import { prepareKeys, publicKeyOf } from './keys.ts';
import { openSink } from './sink.ts';
import { openSource } from './source.ts';

export const sftp = {
  id: 'sftp',
  title: 'SFTP server',
  summary: 'CSV or NDJSON files and recordings from a folder on an SFTP server, or reports into one.',
  directions: ['import', 'export'],
  prerequisites: {
    import: [
      'A login on the SFTP server that may read the folder; to write and delete there as well where files are to be moved or deleted.',
      'Where a firewall stands before the server, our outbound addresses must be allowed to connect.',
    ],
    export: [
      'A login on the SFTP server that may write, rename and delete in the folder.',
      'Where a firewall stands before the server, our outbound addresses must be allowed to connect.',
    ],
  },
  config: sftpConfigSchema,
  requireFit: requireFormat,
  prepare: prepareKeys,
  publicSide: ({ credential, host_key }) => ({
    ...(credential.type === 'ssh_key' && credential.private_key
      ? { public_key: publicKeyOf(credential.private_key) }
      : {}),
    ...(host_key ? { host_key } : {}),
  }),
  check: checkSftp,
  location: (config) =>
    JSON.stringify([config.host.toLowerCase(), config.port, config.username, config.directory, ...readingOf(config)]),
  source: openSource,
  sink: openSink,
} satisfies ConnectorType<SftpConfig>;
