import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import type { ItemPlace } from './source-ledger.ts';

/** Where a topic is read on. */
export interface TopicPositions {
  /** Of the topic that the offsets belong to; undefined where the broker told none. */
  topicId: string | undefined;
  /** The next offset to store, by partition; those that were never begun are not in it. */
  offsets: ReadonlyMap<number, number>;
}

export async function readPositions(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
): Promise<TopicPositions> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT partition_id, next_offset, topic_id FROM stream_position
      WHERE connector_id = ? AND location_hash = ? AND account_id = ? ORDER BY partition_id`,
    [connectorId, locationHash, accountId],
  );
  const topicId: string | null = rows.find((row) => row.topic_id !== null)?.topic_id ?? null;
  return { topicId: topicId ?? undefined, offsets: new Map(rows.map((row) => [row.partition_id, row.next_offset])) };
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
export async function addPositions(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
  { topicId, offsets }: TopicPositions,
): Promise<void> {
  if (offsets.size === 0) return;
  const rows = [...offsets].map(([partition, next]) => [
    ...[connectorId, locationHash, partition, accountId],
    ...[topicId ?? null, next],
  ]);
  await connection.query(
    `INSERT INTO stream_position (connector_id, location_hash, partition_id, account_id, topic_id, next_offset) VALUES ?
     ON DUPLICATE KEY UPDATE next_offset = stream_position.next_offset`,
    [rows],
  );
}

/** Remembers the topic's id beside positions that were kept before the broker told one. */
export async function addTopicId(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
  topicId: string,
): Promise<void> {
  await connection.query(
    `UPDATE stream_position SET topic_id = ?
      WHERE connector_id = ? AND location_hash = ? AND account_id = ? AND topic_id IS NULL`,
    [topicId, connectorId, locationHash, accountId],
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
    `UPDATE stream_position SET next_offset = ?
      WHERE connector_id = ? AND location_hash = ? AND partition_id = ? AND account_id = ? AND next_offset = ?`,
    [to, connectorId, locationHash, partition, accountId, from],
  );
  return result.affectedRows === 1;
}

/** Puts every partition of a topic elsewhere; those that the topic has no more are forgotten. */
export async function replacePositions(
  connection: Connection,
  place: ItemPlace,
  positions: TopicPositions,
): Promise<void> {
  const { accountId, connectorId, locationHash } = place;
  await connection.query(
    'DELETE FROM stream_position WHERE connector_id = ? AND location_hash = ? AND account_id = ?',
    [connectorId, locationHash, accountId],
  );
  await addPositions(connection, place, positions);
}

/** Forgets where a connector's streams are read on, and what is said of them, in the transaction that deletes it. */
export async function removeStreams(connection: Connection, accountId: number, connectorId: number): Promise<void> {
  for (const table of ['stream_position', 'stream_reader'])
    await connection.query(`DELETE FROM ${table} WHERE connector_id = ? AND account_id = ?`, [connectorId, accountId]);
}

/** Whoever reads the connector begins anew, as after a change of its configuration. */
export async function touchConnector(connection: Connection, accountId: number, connectorId: number): Promise<void> {
  await connection.query('UPDATE connector SET updated_at = NOW(3) WHERE account_id = ? AND id = ?', [
    accountId,
    connectorId,
  ]);
}
