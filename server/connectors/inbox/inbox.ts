import { removeInboxLogin, saveInboxLogin } from '../../../db/queries/inbox-logins.ts';
import { AppError } from '../../../shared/error.ts';
import type { ConnectorType } from '../connector.ts';
import { readingOf } from '../files/fields.ts';
import { checkInbox } from './check.ts';
import { type InboxConfig, inboxConfigSchema } from './config.ts';
import { prepareLogin } from './prepare.ts';
import { openSource } from './source.ts';

export const inbox = {
  id: 'inbox',
  title: 'SFTP inbox (hosted by us)',
  summary: 'An SFTP login on our side that files and recordings are pushed to; what arrives is imported at once.',
  directions: ['import'],
  prerequisites: {
    import: [
      'The sender has an SFTP client or program that signs in with a password or an SSH key: OpenSSH, WinSCP, FileZilla, or VLA.',
      "The sender's firewall lets connections out to our inbox port (2222 unless it was set otherwise).",
      'The host key that is shown here is compared with the one that the client shows at its first connection.',
    ],
  },
  systemJob: {
    schedule: { frequency: 'daily', at: '02:30', timezone: 'Asia/Kolkata', end_date: 'never', overlap: 'skip' },
    startsAtOnce: false,
    runsOnArrival: true,
  },
  config: inboxConfigSchema,
  prepare: prepareLogin,
  async publicSide({ username = '' }, inboxServer) {
    const { host, port, hostKey, publicKey } = await inboxServer();
    const address = `sftp://${username}@${host.includes(':') ? `[${host}]` : host}:${port}`;
    return { username, port: String(port), address, host_key: hostKey, host_public_key: publicKey };
  },
  async saved(connection, owner, { username }) {
    if (username === undefined || (await saveInboxLogin(connection, owner, username))) return;
    throw new AppError(
      'conflict',
      `The user name "${username}" is taken. User names are unique among all accounts: choose another one, or leave it empty.`,
      { field: 'config.username' },
    );
  },
  removed: removeInboxLogin,
  check: checkInbox,
  location: (config) => JSON.stringify([config.username, ...readingOf(config)]),
  source: openSource,
} satisfies ConnectorType<InboxConfig>;
