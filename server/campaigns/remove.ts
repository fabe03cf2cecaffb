import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { listEnabledRules } from '../../db/queries/assignment-rules.ts';
import { selectImports } from '../../db/queries/campaign-imports.ts';
import { deleteCampaign, hasConversations, lockCampaign, selectUsersOfCampaign } from '../../db/queries/campaigns.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import { type Campaign, campaignOf, noSuchCampaign } from './campaigns.ts';
import { rulesNaming } from './rules.ts';

/**
 * Deletes a campaign to which nothing points: no conversation, no user's scope, no assignment rule, no import that goes
 * on. Throws `conflict` that says what does, and `not_found`.
 */
export async function removeCampaign({ database: { pool } }: Services, accountId: number, id: string): Promise<void> {
  const rules = await listEnabledRules(pool, accountId);
  await transaction(pool, async (connection) => {
    const found = await lockCampaign(connection, accountId, Buffer.from(id, 'hex'));
    if (!found) throw noSuchCampaign();
    const campaign = campaignOf(found);
    const reason =
      (await reasonInDatabase(connection, accountId, campaign)) ??
      because(
        rulesNaming(rules, campaign).map(({ name }) => name),
        'assignment rules name it',
      );
    if (reason)
      throw new AppError('conflict', `The campaign "${campaign.name}" cannot be deleted: ${reason}.`, { field: 'id' });
    await deleteCampaign(connection, accountId, campaign.rowId);
  });
}

async function reasonInDatabase(
  connection: PoolConnection,
  accountId: number,
  { id, rowId }: Campaign,
): Promise<string | undefined> {
  const [newest] = await selectImports(connection, accountId, rowId, { before: undefined, limit: 1 });
  if (newest && (newest.state === 'open' || newest.state === 'finishing'))
    return 'an import into it is not finished; finish or cancel that first';
  const users = await selectUsersOfCampaign(connection, accountId, id);
  if (users.length > 0) return because(users, 'users are limited to it');
  if (await hasConversations(connection, accountId, id))
    return 'conversations belong to it. Rename it instead if it is no longer used';
  return undefined;
}

function because(names: string[], what: string): string | undefined {
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 3).join(', ');
  return `${what} (${names.length > 3 ? `${shown} and ${names.length - 3} more` : shown}); change them first`;
}
