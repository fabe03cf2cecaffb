import { AppError } from '../../shared/error.ts';
import type { InboxFolder } from '../connectors/connector.ts';
import type { Services } from '../services.ts';

/** A hosted inbox of the account, by its connector's name or its login. Throws `not_found`. */
export async function openInboxFolder(
  _services: Services,
  _accountId: number,
  which: { name: string } | { username: string },
): Promise<InboxFolder> {
  const named = 'name' in which ? `named "${which.name}"` : `with the login "${which.username}"`;
  throw new AppError('not_found', `There is no inbox ${named}.`);
}
