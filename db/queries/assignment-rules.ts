import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { AssignmentRule, QualityProfile } from '../../shared/quality.ts';

/** A rule with the id that sampling is decided by: whoever assigns must use this one. */
export type StoredRule = AssignmentRule & { id: string };

/** The account's enabled rules in the order in which they were made. */
export async function listEnabledRules(pool: Pool, accountId: number): Promise<StoredRule[]> {
  return (await enabledRulesOf(pool, [accountId])).get(accountId) ?? [];
}

/** By account, its enabled rules in the order in which they were made; accounts without any are left out. */
export async function enabledRulesOf(pool: Pool, accountIds: readonly number[]): Promise<Map<number, StoredRule[]>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, account_id, body FROM assignment_rule WHERE account_id IN (?) AND is_enabled ORDER BY id',
    [accountIds],
  );
  const found = new Map<number, StoredRule[]>();
  for (const row of rows) {
    const rules = found.get(row.account_id) ?? [];
    rules.push({ ...(JSON.parse(row.body) as AssignmentRule), id: String(row.id) });
    found.set(row.account_id, rules);
  }
  return found;
}

export interface ProfileVersion {
  id: number;
  uid: Buffer;
  name: string;
  version: number;
  body: QualityProfile;
}

/** A profile as it is today, without its questions. */
export type ProfileHead = Omit<ProfileVersion, 'body'>;

/** By account, its profiles as they are today. */
export async function profileHeadsOf(pool: Pool, accountIds: readonly number[]): Promise<Map<number, ProfileHead[]>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, account_id, uid, name, version FROM quality_profile WHERE account_id IN (?) AND live_name IS NOT NULL',
    [accountIds],
  );
  const found = new Map<number, ProfileHead[]>();
  for (const { id, account_id, uid, name, version } of rows)
    found.set(account_id, [...(found.get(account_id) ?? []), { id, uid, name, version }]);
  return found;
}

/** What these versions of profiles ask. A version never changes once it is there. */
export async function profileBodies(
  pool: Pool,
  versions: readonly Pick<ProfileVersion, 'id' | 'version'>[],
): Promise<Pick<ProfileVersion, 'id' | 'version' | 'body'>[]> {
  if (versions.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT profile_id, version, body FROM quality_profile_version WHERE profile_id IN (?) AND (profile_id, version) IN (?)',
    [versions.map(({ id }) => id), versions.map(({ id, version }) => [id, version])],
  );
  return rows.map((row) => ({ id: row.profile_id, version: row.version, body: JSON.parse(row.body) }));
}
