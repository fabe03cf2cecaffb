import type { InboxOwner } from '../../db/queries/inbox-files.ts';
import { findInboxLogin } from '../../db/queries/inbox-logins.ts';
import { type InboxConfig, inboxConfigSchema } from '../connectors/inbox/config.ts';
import { joinSecrets, openSecrets } from '../connectors/secrets.ts';
import type { Services } from '../services.ts';

/** Who may sign in, and what is to be known of the inbox behind. */
export interface InboxLogin extends InboxOwner {
  username: string;
  connectorName: string;
  config: InboxConfig;
}

/** Undefined where there is no such login, or its connector is disabled. */
export async function findLogin({ database, keyring }: Services, username: string): Promise<InboxLogin | undefined> {
  const stored = await findInboxLogin(database.pool, username);
  if (!stored) return undefined;
  const { config, sealedSecrets, ...login } = stored;
  const secrets = openSecrets(keyring, sealedSecrets);
  return { ...login, config: inboxConfigSchema.parse(joinSecrets(JSON.parse(config), secrets)) };
}
