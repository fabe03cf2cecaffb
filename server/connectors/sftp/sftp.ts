import type { ConnectorType } from '../connector.ts';
import { checkSftp } from './check.ts';
import { type SftpConfig, sftpConfigSchema } from './config.ts';
import { prepareKeys, publicKeyOf } from './keys.ts';
import { openSink } from './sink.ts';
import { openSource } from './source.ts';

export const sftp = {
  id: 'sftp',
  title: 'SFTP server',
  summary: 'CSV files and recordings from a folder on an SFTP server, or reports into one.',
  directions: ['import', 'export'],
  config: sftpConfigSchema,
  prepare: prepareKeys,
  publicSide: ({ credential, host_key }) => ({
    ...(credential.type === 'ssh_key' && credential.private_key
      ? { public_key: publicKeyOf(credential.private_key) }
      : {}),
    ...(host_key ? { host_key } : {}),
  }),
  check: checkSftp,
  location: ({ host, port, username, directory, file_format, column_mapping }) =>
    JSON.stringify([host.toLowerCase(), port, username, directory, file_format, Object.entries(column_mapping).sort()]),
  source: openSource,
  sink: openSink,
} satisfies ConnectorType<SftpConfig>;
