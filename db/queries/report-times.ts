import type { Pool, RowDataPacket } from 'mysql2/promise';

/** When the oldest file of each of these executions' own reports was made, by the id in hex; without those that have none. */
export async function reportTimes(pool: Pool, accountId: number, ids: readonly Buffer[]): Promise<Map<string, Date>> {
  if (ids.length === 0) return new Map();
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT execution_id, MIN(created_at) AS created_at FROM report_part
      WHERE execution_id IN (?) AND account_id = ? GROUP BY execution_id`,
    [ids, accountId],
  );
  return new Map(rows.map((row) => [row.execution_id.toString('hex'), row.created_at]));
}
