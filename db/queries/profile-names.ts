import type { Pool, RowDataPacket } from 'mysql2/promise';

export interface ProfileName {
  uid: Buffer;
  name: string;
}

/**
 * All profiles that an account ever had, by id. They are few; joined to many analyses they would make MariaDB buffer and
 * sort what it otherwise reads in the order of an index.
 */
export async function profileNames(pool: Pool, accountId: number): Promise<Map<number, ProfileName>> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT id, uid, name FROM quality_profile WHERE account_id = ?', [
    accountId,
  ]);
  return new Map(rows.map(({ id, uid, name }) => [id, { uid, name }]));
}
