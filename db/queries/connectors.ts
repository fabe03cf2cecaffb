import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';

/** Keeps the first host key seen, and gives the one that is kept now; undefined when the connector is gone. */
export async function rememberHostKey(
  pool: Pool,
  accountId: number,
  connectorId: number,
  hostKey: string,
): Promise<{ kept: string; isNew: boolean } | undefined> {
  const [result] = await pool.query<ResultSetHeader>(
    `UPDATE connector SET config = JSON_SET(config, '$.host_key', ?), updated_at = NOW(3)
     WHERE account_id = ? AND id = ? AND deleted_at IS NULL AND JSON_EXTRACT(config, '$.host_key') IS NULL`,
    [hostKey, accountId, connectorId],
  );
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT JSON_VALUE(config, '$.host_key') AS kept FROM connector WHERE account_id = ? AND id = ? AND deleted_at IS NULL",
    [accountId, connectorId],
  );
  return rows[0] && { kept: rows[0].kept, isNew: result.affectedRows === 1 };
}
