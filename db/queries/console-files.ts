import type { Pool, RowDataPacket } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';
import { uuidText } from '../uuid.ts';
import type { PartSet } from './reports.ts';
import { allOf, type Scope, scopeCondition } from './scope.ts';

/** A file in storage that a browser may be given. */
export interface StoredFile {
  storageKey: string;
  fileName: string;
}

export interface StoredPart extends StoredFile {
  id: number;
  createdAt: Date;
}

/** Of the report's whole files where no set is named, of the mail's where it has no others. Throws `not_found` unless the part is the account's. */
export async function requireReportPart(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  { part, set }: { part: number; set?: PartSet | undefined },
): Promise<StoredPart> {
  return reportPart(
    await pool.query<RowDataPacket[]>(
      `SELECT id, storage_key, file_name, created_at FROM report_part
        WHERE account_id = ? AND execution_id = ? AND part = ?
          AND part_set = COALESCE(?, (SELECT MIN(s.part_set) FROM report_part s WHERE s.execution_id = ?))`,
      [accountId, executionId, part, set ?? null, executionId],
    ),
  );
}

export async function requireReportPartById(pool: Pool, accountId: number, id: number): Promise<StoredPart> {
  return reportPart(
    await pool.query<RowDataPacket[]>(
      'SELECT id, storage_key, file_name, created_at FROM report_part WHERE account_id = ? AND id = ?',
      [accountId, id],
    ),
  );
}

function reportPart([rows]: [RowDataPacket[], unknown]): StoredPart {
  const row = rows[0];
  if (!row)
    throw new AppError('not_found', 'This part of the report is not there. Open the execution to see which are.');
  return { id: row.id, storageKey: row.storage_key, fileName: row.file_name, createdAt: row.created_at };
}

/** Throws `not_found` unless the recording is the account's, within the user's scope, and has been fetched. */
export async function requireRecording(
  pool: Pool,
  accountId: number,
  scope: Scope,
  interactionId: Buffer,
  position: number,
): Promise<StoredFile> {
  const where = allOf([
    {
      sql: 'r.account_id = ? AND r.interaction_id = ? AND r.position = ?',
      values: [accountId, interactionId, position],
    },
    { sql: "r.state = 'here'", values: [] },
    scopeCondition(scope),
  ]);
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT r.storage_key FROM recording r JOIN interaction i ON i.id = r.interaction_id AND i.account_id = r.account_id WHERE ${where.sql}`,
    where.values,
  );
  const row = rows[0];
  if (!row?.storage_key)
    throw new AppError('not_found', 'This recording is not here: it is still being fetched, or it could not be.');
  return { storageKey: row.storage_key, fileName: `${uuidText(interactionId)}-${position}` };
}
