import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { RejectedState } from './rejected-rows-page.ts';

/** A rejected row with what is needed to read it again. */
export interface ReplayableRow {
  id: number;
  executionId: Buffer;
  sourceItemId: number;
  /** 0 where it came over the API. */
  connectorId: number;
  line: number;
  state: RejectedState;
  raw: string;
  /** As it came, where that is no UTF-8; `raw` then shows it with U+FFFD for what is none. */
  bytes: Buffer | undefined;
  /** Whether `raw` is its beginning alone. */
  isCut: boolean;
  /** The headings of its file; undefined where it has none, or where they were not kept. */
  header: string[] | undefined;
  /** What separates the columns of its file. */
  delimiter: string | undefined;
}

/** Those of these rows that are the account's, in the order in which they were read. */
export async function loadReplayable(pool: Pool, accountId: number, ids: number[]): Promise<ReplayableRow[]> {
  if (ids.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT r.id, r.execution_id, r.source_item_id, COALESCE(i.connector_id, 0) AS connector_id, r.line, r.state, r.raw, r.raw_bytes, r.is_cut,
       COALESCE(r.header, i.header) AS header, COALESCE(r.delimiter, i.delimiter) AS delimiter
       FROM rejected_row r LEFT JOIN source_item i ON i.id = r.source_item_id AND i.account_id = r.account_id
      WHERE r.account_id = ? AND r.id IN (?) ORDER BY r.id`,
    [accountId, ids],
  );
  return rows.map((row) => ({
    id: row.id,
    executionId: row.execution_id,
    sourceItemId: row.source_item_id,
    connectorId: row.connector_id,
    line: row.line,
    state: row.state,
    raw: row.raw,
    bytes: row.raw_bytes ?? undefined,
    isCut: row.is_cut === 1,
    header: row.header === null ? undefined : JSON.parse(row.header),
    delimiter: row.delimiter ?? undefined,
  }));
}

/** Those of these rows that are not stored yet; nobody else stores them until the transaction ends. */
export async function lockUnstored(
  connection: PoolConnection,
  accountId: number,
  ids: readonly number[],
): Promise<Set<number>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT id FROM rejected_row WHERE account_id = ? AND id IN (?) AND state <> 'replayed' ORDER BY id FOR UPDATE`,
    [accountId, ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Says of rows that they are stored by now, and who mended them. */
export async function markReplayed(
  connection: PoolConnection,
  accountId: number,
  ids: number[],
  by: string,
): Promise<void> {
  if (ids.length === 0) return;
  await connection.query(
    `UPDATE rejected_row SET state = 'replayed', replayed_at = NOW(3), replayed_by = ?
      WHERE account_id = ? AND id IN (?) AND state <> 'replayed'`,
    [by.slice(0, 191), accountId, ids],
  );
}

/** Why a row is still not taken. */
export interface StillRejected {
  id: number;
  code: string;
  column?: string | undefined;
  reason: string;
}

/** Keeps the new reason of rows that are open. */
export async function keepReasons(pool: Pool, accountId: number, rows: StillRejected[]): Promise<void> {
  for (const { id, code, column, reason } of rows)
    await pool.query(
      `UPDATE rejected_row SET code = ?, column_name = ?, reason = ? WHERE account_id = ? AND id = ? AND state = 'open'`,
      [code, column?.slice(0, 191) ?? null, reason.slice(0, 500), accountId, id],
    );
}
