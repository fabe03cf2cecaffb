import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import type { ItemPlace } from './source-ledger.ts';

/** The next offset to store, by partition. */
export type Positions = Map<number, number>;

/** Where the partitions of a topic are read on; those that were never begun are not in it. */
export async function readPositions(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
): Promise<Positions> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT partition_id, next_offset FROM stream_position
      WHERE connector_id = ? AND location_hash = ? AND account_id = ? ORDER BY partition_id`,
    [connectorId, locationHash, accountId],
  );
  return new Map(rows.map((row) => [row.partition_id, row.next_offset]));
}

export async function readPosition(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
  partition: number,
): Promise<number | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT next_offset FROM stream_position
      WHERE connector_id = ? AND location_hash = ? AND partition_id = ? AND account_id = ?`,
    [connectorId, locationHash, partition, accountId],
  );
  return rows[0]?.next_offset;
}

/** Begins partitions; those that somebody has begun stay where they are. */
export async function addPositions(connection: Connection, place: ItemPlace, positions: Positions): Promise<void> {
  if (positions.size === 0) return;
  const { accountId, connectorId, locationHash } = place;
  await connection.query(
    `INSERT INTO stream_position (connector_id, location_hash, partition_id, account_id, next_offset) VALUES ?
     ON DUPLICATE KEY UPDATE next_offset = stream_position.next_offset`,
    [[...positions].map(([partition, next]) => [connectorId, locationHash, partition, accountId, next])],
  );
}

/** Moves a partition's place on without storing anything. False: it is not at `from`. */
export async function movePosition(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
  partition: number,
  { from, to }: { from: number; to: number },
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE stream_position SET next_offset = ?, stored_at = NOW(3)
      WHERE connector_id = ? AND location_hash = ? AND partition_id = ? AND account_id = ? AND next_offset = ?`,
    [to, connectorId, locationHash, partition, accountId, from],
  );
  return result.affectedRows === 1;
}

/** Puts every partition of a topic elsewhere; those that the topic has no more are forgotten. */
export async function replacePositions(connection: Connection, place: ItemPlace, positions: Positions): Promise<void> {
  const { accountId, connectorId, locationHash } = place;
  await connection.query(
    'DELETE FROM stream_position WHERE connector_id = ? AND location_hash = ? AND account_id = ?',
    [connectorId, locationHash, accountId],
  );
  await addPositions(connection, place, positions);
}

/** Whoever reads the connector begins anew, as after a change of its configuration. */
export async function touchConnector(connection: Connection, accountId: number, connectorId: number): Promise<void> {
  await connection.query('UPDATE connector SET updated_at = NOW(3) WHERE account_id = ? AND id = ?', [
    accountId,
    connectorId,
  ]);
}
