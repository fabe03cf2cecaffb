import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import { readMailDomains, writeMailDomains } from '../../db/queries/accounts.ts';
import type { Services } from '../services.ts';
import { requireVersion, versionOf } from '../version.ts';

/** The domains whose mailboxes are the account's own: reports are mailed to addresses in them alone. */
export interface MailDomains {
  domains: string[];
  /** Comes back with what a form saves. */
  version: string;
}

export async function mailDomains({ database }: Services, accountId: number): Promise<MailDomains> {
  return view(await readMailDomains(database.pool, accountId));
}

/** All of them at once. Throws `conflict` at `version` where somebody has saved since the form was opened. */
export async function saveMailDomains(
  { database }: Services,
  accountId: number,
  domains: string[],
  version: string,
): Promise<MailDomains> {
  const after = view(domains);
  await transaction(database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const now = view(await readMailDomains(connection, accountId));
    if (now.version === after.version) return;
    requireVersion(version, { name: 'the mail domains', versions: [now.version] });
    await writeMailDomains(connection, accountId, domains);
  });
  return after;
}

function view(domains: string[]): MailDomains {
  return { domains, version: versionOf(domains) };
}
