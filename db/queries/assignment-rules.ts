import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { AssignmentRule, QualityProfile } from '../../shared/quality.ts';

/** A rule with the id that sampling is decided by: whoever assigns must use this one. */
export type StoredRule = AssignmentRule & { id: string };

/** The account's enabled rules in the order in which they were made. */
export async function listEnabledRules(pool: Pool, accountId: number): Promise<StoredRule[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, body FROM assignment_rule WHERE account_id = ? AND is_enabled ORDER BY id',
    [accountId],
  );
  return rows.map((row) => ({ ...(JSON.parse(row.body) as AssignmentRule), id: String(row.id) }));
}

export interface ProfileVersion {
  id: number;
  uid: Buffer;
  name: string;
  version: number;
  body: QualityProfile;
}

/** Today's versions of the profiles of these names; names that are not there are left out. */
export async function findProfileVersions(pool: Pool, accountId: number, names: string[]): Promise<ProfileVersion[]> {
  if (names.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT p.id, p.uid, p.name, p.version, v.body
       FROM quality_profile p JOIN quality_profile_version v ON v.profile_id = p.id AND v.version = p.version
      WHERE p.account_id = ? AND p.live_name IN (?)`,
    [accountId, names],
  );
  return rows.map(({ id, uid, name, version, body }) => ({ id, uid, name, version, body: JSON.parse(body) }));
}
