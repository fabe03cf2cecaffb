import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Role } from '../../shared/configuration.ts';
import { type IdRange, idRanges, mergedRanges } from './id-ranges.ts';

/** What roles are bounded by. */
const scopeFields: Record<Role, string[]> = {
  admin: [],
  supervisor: ['team_name', 'campaign_id'],
  agent: ['agent_email'],
};

/** Has interactions found by what users of this role are bounded by. */
export function addScopeFields(connection: Pool | PoolConnection, accountId: number, role: Role): Promise<void> {
  return addAttributeFields(connection, accountId, scopeFields[role]);
}

/** A metadata field by which an account's interactions are found. */
export interface AttributeField {
  id: number;
  name: string;
  /** Every interaction has been looked at, but for the pending ones. */
  isReady: boolean;
  rowsFilled: number;
  /** How many there were when the look began; null before. */
  rowsTotal: number | null;
}

/** Has interactions found by these fields from now on; those that are there are looked at in the background. */
export async function addAttributeFields(
  connection: Pool | PoolConnection,
  accountId: number,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await connection.query(
    'INSERT INTO attribute_field (account_id, name) VALUES ? ON DUPLICATE KEY UPDATE id = attribute_field.id',
    [names.map((name) => [accountId, Buffer.from(name)])],
  );
}

/**
 * Has interactions no longer found by this field; what is stored of it is removed in the background. Those that roles are
 * bounded by stay: their lists would be read row by row.
 */
export async function removeAttributeField(
  connection: Pool | PoolConnection,
  accountId: number,
  name: string,
): Promise<void> {
  if (Object.values(scopeFields).flat().includes(name)) return;
  // Under another name, so that the field may come back at once.
  await connection.query(
    "UPDATE attribute_field SET is_removed = TRUE, name = CONCAT('\\0', id) WHERE account_id = ? AND name = ?",
    [accountId, Buffer.from(name)],
  );
}

export async function listAttributeFields(
  connection: Pool | PoolConnection,
  accountId: number,
): Promise<AttributeField[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id, name, is_ready, rows_filled, rows_total FROM attribute_field WHERE account_id = ? AND NOT is_removed',
    [accountId],
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name.toString(),
    isReady: row.is_ready === 1,
    rowsFilled: row.rows_filled,
    rowsTotal: row.rows_total,
  }));
}

const idBytes = 16;
/** Rows of one file that is read again have ids near one another; where they have not, they are listed. */
const rangesPerStore = 10;
const rangesPerRead = 10;
/** Beyond as many, what is pending is not worth looking at for a page. */
const idsPerRead = 5_000;
const rangesPerAccount = 5_000;

/**
 * Has interactions looked at that are stored or changed in this transaction. Always, whether the account has fields or
 * not: one that comes meanwhile is certain to see them so, without a lock between the two.
 */
export async function addPendingAttributes(
  connection: PoolConnection,
  accountId: number,
  ids: readonly Buffer[],
): Promise<void> {
  if (ids.length === 0) return;
  const ranges = idRanges(ids);
  const rows =
    ranges.length <= rangesPerStore
      ? ranges.map(({ first, last }) => [accountId, first, last, null])
      : [[accountId, ranges[0]?.first, ranges.at(-1)?.last, Buffer.concat(ids)]];
  await connection.query('INSERT INTO attribute_pending (account_id, first_id, last_id, ids) VALUES ?', [rows]);
}

/** What is not yet looked at. */
export interface PendingAttributes {
  /** May hold others, too. */
  ranges: IdRange[];
  ids: Buffer[];
}

/**
 * What an account's fields do not find yet; undefined where that is too much. Whoever reads attributes reads this before:
 * what is looked at in between is found twice rather than not at all.
 */
export async function readPendingAttributes(pool: Pool, accountId: number): Promise<PendingAttributes | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT first_id, last_id, LENGTH(ids) AS bytes FROM attribute_pending WHERE account_id = ? LIMIT ?',
    [accountId, rangesPerAccount + 1],
  );
  const idBytesInAll = rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
  if (rows.length > rangesPerAccount || idBytesInAll > idsPerRead * idBytes) return undefined;
  const ranges = rows.filter((row) => row.bytes === null).map((row) => ({ first: row.first_id, last: row.last_id }));
  const ids = idBytesInAll === 0 ? [] : await readPendingIds(pool, accountId);
  return { ranges: mergedRanges(ranges, rangesPerRead), ids };
}

/** Those that were looked at since the ranges were read are found by their attributes, which are read after this. */
async function readPendingIds(pool: Pool, accountId: number): Promise<Buffer[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT ids FROM attribute_pending WHERE account_id = ? AND ids IS NOT NULL LIMIT ?',
    [accountId, rangesPerAccount],
  );
  return rows.flatMap((row) => idsIn(row.ids));
}

export function idsIn(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / idBytes }, (_, index) =>
    bytes.subarray(index * idBytes, (index + 1) * idBytes),
  );
}
