import type { PoolConnection, RowDataPacket } from 'mysql2/promise';

export interface ConsumerGroup {
  /** The connector type whose configurations name `group_id` and `topic`. */
  type: string;
  groupId: string;
  topic: string;
}

/** Another connector, of whatever account, that reads this topic as a member of this group; undefined where there is none. */
export async function findGroupUser(
  connection: PoolConnection,
  connectorId: number,
  { type, groupId, topic }: ConsumerGroup,
): Promise<{ accountId: number; name: string } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT account_id, name FROM connector
      WHERE type = ? AND deleted_at IS NULL AND id <> ?
        AND JSON_VALUE(config, '$.group_id') = ? AND JSON_VALUE(config, '$.topic') = ?
      ORDER BY id LIMIT 1`,
    [type, connectorId, groupId, topic],
  );
  const row = rows[0];
  return row && { accountId: row.account_id, name: row.name };
}
