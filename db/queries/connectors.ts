import type { Pool, ResultSetHeader } from 'mysql2/promise';

/** Keeps the first host key seen; false where one was kept already, or the connector is gone. */
export async function rememberHostKey(
  pool: Pool,
  accountId: number,
  connectorId: number,
  hostKey: string,
): Promise<boolean> {
  const [result] = await pool.query<ResultSetHeader>(
    `UPDATE connector SET config = JSON_SET(config, '$.host_key', ?), updated_at = NOW(3)
     WHERE account_id = ? AND id = ? AND deleted_at IS NULL AND JSON_EXTRACT(config, '$.host_key') IS NULL`,
    [hostKey, accountId, connectorId],
  );
  return result.affectedRows === 1;
}
