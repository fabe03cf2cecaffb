import type { PoolConnection, RowDataPacket } from 'mysql2/promise';

export interface ConsumerGroup {
  /** The connector type whose configurations name `group_id` and `topic`. */
  type: string;
  groupId: string;
  topic: string;
}

export interface GroupUser {
  accountId: number;
  name: string;
  /** Its configuration, as JSON. */
  config: string;
}

/** Other connectors, of whatever account, that read a topic of this name as members of a group of this name. */
export async function findGroupUsers(
  connection: PoolConnection,
  connectorId: number,
  { type, groupId, topic }: ConsumerGroup,
): Promise<GroupUser[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT account_id, name, config FROM connector
      WHERE type = ? AND deleted_at IS NULL AND id <> ?
        AND JSON_VALUE(config, '$.group_id') = ? AND JSON_VALUE(config, '$.topic') = ?
      ORDER BY id`,
    [type, connectorId, groupId, topic],
  );
  return rows.map(({ account_id: accountId, name, config }) => ({ accountId, name, config }));
}
