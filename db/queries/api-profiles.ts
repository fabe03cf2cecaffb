import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { QualityProfile } from '../../shared/quality.ts';
import { uuidText } from '../uuid.ts';

export interface CurrentProfile {
  uid: string;
  version: number;
  createdAt: Date;
  body: QualityProfile;
}

/** The account's quality profiles as they are now, by name; with a uid, that one alone. Deleted ones are not there. */
export async function listCurrentProfiles(pool: Pool, accountId: number, uid?: Buffer): Promise<CurrentProfile[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT p.uid, p.version, p.created_at, v.body
       FROM quality_profile p JOIN quality_profile_version v ON v.profile_id = p.id AND v.version = p.version
      WHERE p.account_id = ? AND p.deleted_at IS NULL ${uid ? 'AND p.uid = ?' : ''} ORDER BY p.name`,
    [accountId, ...(uid ? [uid] : [])],
  );
  return rows.map((row) => ({
    uid: uuidText(row.uid),
    version: row.version,
    createdAt: row.created_at,
    body: JSON.parse(row.body),
  }));
}
