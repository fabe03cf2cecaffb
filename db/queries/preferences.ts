import type { Pool, RowDataPacket } from 'mysql2/promise';

/** name → what the user chose last, as it was stored. */
export async function readPreferences(pool: Pool, accountId: number, userId: number): Promise<Map<string, unknown>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT name, value FROM user_preference WHERE account_id = ? AND user_id = ?',
    [accountId, userId],
  );
  return new Map(rows.map(({ name, value }) => [name, JSON.parse(value)]));
}

export async function writePreference(
  pool: Pool,
  accountId: number,
  userId: number,
  { name, value }: { name: string; value: unknown },
): Promise<void> {
  const text = JSON.stringify(value);
  await pool.query(
    'INSERT INTO user_preference (user_id, name, account_id, value) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE value = ?',
    [userId, name, accountId, text, text],
  );
}
