import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { IdRange } from './id-ranges.ts';

/** Metadata that is read at once: the lane's thread has 96 MB for it as bytes, as text and as values. */
export const pieceBytes = 8 * 1024 ** 2;

/** Columns: of interactions that are to be looked at, before their metadata is read. */
export const rowSize = 'id, OCTET_LENGTH(metadata) AS bytes';

/** Those of these ids that the account has. */
export async function sizesOf(connection: PoolConnection, accountId: number, ids: Buffer[]): Promise<RowDataPacket[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${rowSize} FROM interaction FORCE INDEX (PRIMARY) WHERE id IN (?) AND account_id = ?`,
    [ids, accountId],
  );
  return rows;
}

/** The first of a range, in the order of their ids. */
export async function sizesWithin(
  connection: PoolConnection,
  accountId: number,
  { first, last }: IdRange,
  limit: number,
): Promise<RowDataPacket[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${rowSize} FROM interaction FORCE INDEX (PRIMARY)
      WHERE id >= ? AND id <= ? AND account_id = ? ORDER BY id LIMIT ?`,
    [first, last, accountId, limit],
  );
  return rows;
}

/** As many of the first as there is room for; one, at least, of a piece that has none yet. */
export function fitting(rows: RowDataPacket[], room: number): RowDataPacket[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += row.bytes;
    return bytes > room && (index > 0 || room < pieceBytes);
  });
  return end === -1 ? rows : rows.slice(0, end);
}

export function bytesOf(rows: RowDataPacket[]): number {
  return rows.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What attributes are made of. */
export async function readRows(
  connection: PoolConnection,
  accountId: number,
  rows: readonly RowDataPacket[],
): Promise<RowDataPacket[]> {
  if (rows.length === 0) return [];
  const [found] = await connection.query<RowDataPacket[]>(
    'SELECT id, occurred_at, metadata FROM interaction FORCE INDEX (PRIMARY) WHERE id IN (?) AND account_id = ?',
    [rows.map(({ id }) => id), accountId],
  );
  return found;
}
