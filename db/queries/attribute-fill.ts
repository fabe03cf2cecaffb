import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Scalar } from '../../shared/quality.ts';
import { transaction } from '../database.ts';
import { metadataPrefix } from './api-metadata-filter.ts';
import { attributeKey } from './attribute-key.ts';
import { bytesOf, fitting, pieceBytes, readRows, rowSize, sizesOf, sizesWithin } from './attribute-pieces.ts';
import { type AttributeField, idsIn, listAttributeFields } from './attributes.ts';
import type { Work } from './work.ts';
import { holdsWork } from './work-claim.ts';

/** Interactions in one transaction. */
const pieceRows = 2_000;
/** Ranges of few interactions that are looked at together. */
const pieceRanges = 200;
const forgottenAtOnce = 1_000;

/**
 * Makes `index` work of what accounts have to look at, and forgets what was pending for accounts that find interactions
 * by nothing. Says whether there is work. It reads what is committed and waits for nobody: what a field that comes right
 * now is to find was there before it, so that its own look finds it.
 */
export async function queueAttributeWork(pool: Pool): Promise<boolean> {
  await forgetUnwanted(pool);
  const [result] = await pool.query<ResultSetHeader>(
    `INSERT INTO work (kind, account_id, subject, run_after)
     SELECT 'index', u.id, u.uid, NOW(3) FROM account u
      WHERE u.id IN (SELECT account_id FROM attribute_pending
                      UNION SELECT account_id FROM attribute_field WHERE NOT is_ready OR is_removed)
        AND NOT EXISTS (SELECT 1 FROM work w WHERE w.kind = 'index' AND w.subject = u.uid)
     ON DUPLICATE KEY UPDATE id = work.id`,
  );
  return result.affectedRows > 0;
}

async function forgetUnwanted(pool: Pool): Promise<void> {
  for (;;) {
    const [rows] = await pool.query<RowDataPacket[]>(
      `SELECT n.id FROM attribute_pending n LEFT JOIN attribute_field f ON f.account_id = n.account_id
        WHERE f.id IS NULL ORDER BY n.id LIMIT ?`,
      [forgottenAtOnce],
    );
    if (rows.length === 0) return;
    await pool.query('DELETE FROM attribute_pending WHERE id IN (?)', [rows.map(({ id }) => id)]);
    if (rows.length < forgottenAtOnce) return;
  }
}

/**
 * Looks at the next interactions, in one transaction with how far that came: first those that were stored or changed
 * lately, then all those of a new field, then what is left of a removed one. False: nothing is left, or the work is
 * somebody else's.
 */
export function fillAttributes(pool: Pool, work: Work): Promise<boolean> {
  return transaction(pool, async (connection) => {
    if (!(await holdsWork(connection, work))) return false;
    const { accountId } = work;
    return (
      (await fillPending(connection, accountId)) ||
      (await fillFields(connection, accountId)) ||
      (await removeOne(connection, accountId))
    );
  });
}

async function fillPending(connection: PoolConnection, accountId: number): Promise<boolean> {
  const [ranges] = await connection.query<RowDataPacket[]>(
    'SELECT id, first_id, last_id, ids FROM attribute_pending WHERE account_id = ? ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED',
    [accountId, pieceRanges],
  );
  if (ranges.length === 0) return false;
  const fields = await listAttributeFields(connection, accountId);
  const room = { rows: pieceRows, bytes: pieceBytes };
  const done: number[] = [];
  for (const range of ranges) {
    const found = range.ids
      ? await sizesOf(connection, accountId, idsIn(range.ids))
      : await sizesWithin(connection, accountId, { first: range.first_id, last: range.last_id }, room.rows);
    const taken = fitting(found, room.bytes);
    await addRows(connection, accountId, fields, await readRows(connection, accountId, taken));
    room.rows -= taken.length;
    room.bytes -= bytesOf(taken);
    const left = found.slice(taken.length);
    if (left.length > 0 || (room.rows === 0 && !range.ids)) {
      await leave(connection, accountId, range, { left, last: taken.at(-1) });
      break;
    }
    done.push(range.id);
    if (room.rows <= 0 || room.bytes <= 0) break;
  }
  if (done.length > 0)
    await connection.query('DELETE FROM attribute_pending WHERE id IN (?) AND account_id = ?', [done, accountId]);
  return true;
}

/** What of a range is looked at in the next piece. */
async function leave(
  connection: PoolConnection,
  accountId: number,
  range: RowDataPacket,
  { left, last }: { left: RowDataPacket[]; last: RowDataPacket | undefined },
): Promise<void> {
  const [column, value] = range.ids
    ? ['ids', Buffer.concat(left.map(({ id }) => id))]
    : // Nobody has looked behind the last one yet, so that is looked at once more.
      ['first_id', (left[0] ?? last)?.id];
  await connection.query(`UPDATE attribute_pending SET ${column} = ? WHERE id = ? AND account_id = ?`, [
    value,
    range.id,
    accountId,
  ]);
}

/**
 * Fields that are equally far together. In the order of the account's own key: in that of the ids other accounts' rows
 * would have to be passed over.
 */
async function fillFields(connection: PoolConnection, accountId: number): Promise<boolean> {
  const [unready] = await connection.query<RowDataPacket[]>(
    `SELECT id, name, filled_to, rows_total FROM attribute_field
      WHERE account_id = ? AND NOT is_ready AND NOT is_removed ORDER BY id FOR UPDATE`,
    [accountId],
  );
  const [first] = unready;
  if (!first) return false;
  const filledTo: Buffer | null = first.filled_to;
  const fields = unready.filter((field) => isSame(field.filled_to, filledTo));
  const ids = fields.map(({ id }) => id);
  if (first.rows_total === null) await countRows(connection, accountId, ids);
  const [found] = await connection.query<RowDataPacket[]>(
    `SELECT ${rowSize}, external_id FROM interaction FORCE INDEX (account_id)
      WHERE account_id = ? ${filledTo ? 'AND external_id > ?' : ''} ORDER BY external_id LIMIT ?`,
    [accountId, ...(filledTo ? [filledTo] : []), pieceRows],
  );
  const taken = fitting(found, pieceBytes);
  await addRows(
    connection,
    accountId,
    fields.map(({ id, name }) => ({ id, name: name.toString() })),
    await readRows(connection, accountId, taken),
  );
  const isReady = taken.length === found.length && found.length < pieceRows;
  await connection.query(
    'UPDATE attribute_field SET filled_to = ?, rows_filled = rows_filled + ?, is_ready = ? WHERE id IN (?) AND account_id = ?',
    [taken.at(-1)?.external_id ?? filledTo, taken.length, isReady, ids, accountId],
  );
  return true;
}

function isSame(one: Buffer | null, other: Buffer | null): boolean {
  return one && other ? one.equals(other) : one === other;
}

async function countRows(connection: PoolConnection, accountId: number, fields: number[]): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM interaction WHERE account_id = ?', [
    accountId,
  ]);
  await connection.query(
    'UPDATE attribute_field SET rows_total = ? WHERE id IN (?) AND account_id = ? AND rows_total IS NULL',
    [rows[0]?.n ?? 0, fields, accountId],
  );
}

async function removeOne(connection: PoolConnection, accountId: number): Promise<boolean> {
  const [fields] = await connection.query<RowDataPacket[]>(
    'SELECT id FROM attribute_field WHERE account_id = ? AND is_removed ORDER BY id LIMIT 1',
    [accountId],
  );
  const [field] = fields;
  if (!field) return false;
  const [removed] = await connection.query<ResultSetHeader>(
    'DELETE FROM interaction_attribute WHERE account_id = ? AND field = ? LIMIT ?',
    [accountId, field.id, pieceRows],
  );
  if (removed.affectedRows < pieceRows)
    await connection.query('DELETE FROM attribute_field WHERE id = ? AND account_id = ?', [field.id, accountId]);
  return true;
}

/** In the order of the table's key, which stores them fastest. What is there already stays. */
async function addRows(
  connection: PoolConnection,
  accountId: number,
  fields: readonly Pick<AttributeField, 'id' | 'name'>[],
  rows: readonly RowDataPacket[],
): Promise<void> {
  const found = rows.flatMap((row) => attributesOf(fields, row));
  if (found.length === 0) return;
  found.sort(
    (one, other) => one.field - other.field || Buffer.compare(one.value, other.value) || one.atMs - other.atMs,
  );
  await connection.query(
    `INSERT INTO interaction_attribute (account_id, field, value, occurred_at, interaction_id) VALUES ?
       ON DUPLICATE KEY UPDATE field = VALUES(field)`,
    [found.map(({ field, value, at, id }) => [accountId, field, value, at, id])],
  );
}

function attributesOf(fields: readonly Pick<AttributeField, 'id' | 'name'>[], row: RowDataPacket) {
  const metadata = JSON.parse(row.metadata) as Record<string, Scalar>;
  const at: Date = row.occurred_at;
  return fields.flatMap(({ id: field, name }) =>
    valuesOf(metadata, name).map((value) => ({
      field,
      value: attributeKey(value),
      at,
      atMs: at.getTime(),
      id: row.id as Buffer,
    })),
  );
}

/** The API takes what stands under the key `metadata.x` for x, where there is no x. */
function valuesOf(metadata: Record<string, Scalar>, name: string): Scalar[] {
  return [name, `${metadataPrefix}${name}`].flatMap((key) => {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    return value === undefined || value === null ? [] : [value];
  });
}
