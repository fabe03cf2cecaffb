import type { PoolConnection } from 'mysql2/promise';

export interface RejectedRow {
  line: number;
  column: string | undefined;
  code: string;
  reason: string;
  /** The row's text; as much of it as rawBytes is kept. */
  raw: string;
  /** The row's id, where it could be read. */
  externalId?: string | undefined;
}

export interface RejectionPlace {
  accountId: number;
  executionId: Buffer;
  sourceItemId: number;
  fileName: string;
}

const rawBytes = 4096;
const externalIdBytes = 255;

/** Keeps rows that were not taken, for the person who mends them. */
export async function addRejectedRows(
  connection: PoolConnection,
  { accountId, executionId, sourceItemId, fileName }: RejectionPlace,
  rows: RejectedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    'INSERT INTO rejected_row (account_id, execution_id, source_item_id, file_name, line, column_name, code, reason, raw, external_id) VALUES ?',
    [
      rows.map(({ line, column, code, reason, raw, externalId }) => [
        accountId,
        executionId,
        sourceItemId,
        fileName.slice(-512),
        line,
        column?.slice(0, 191) ?? null,
        code,
        reason.slice(0, 500),
        cut(raw),
        idOf(externalId),
      ]),
    ],
  );
}

/** Forgets what one execution rejected of an item, because it reads the item from the beginning again. */
export async function removeRejectedRows(
  connection: PoolConnection,
  { accountId, executionId, sourceItemId }: Omit<RejectionPlace, 'fileName'>,
): Promise<void> {
  await connection.query('DELETE FROM rejected_row WHERE account_id = ? AND execution_id = ? AND source_item_id = ?', [
    accountId,
    executionId,
    sourceItemId,
  ]);
}

/** One that is too long for an id is none. */
function idOf(externalId: string | undefined): Buffer | null {
  const id = Buffer.from(externalId ?? '');
  return id.length === 0 || id.length > externalIdBytes ? null : id;
}

/** The first 4 KB; a character that would be cut in two is left out. */
function cut(raw: string): string {
  if (raw.length * 3 <= rawBytes) return raw;
  const bytes = Buffer.from(raw.slice(0, rawBytes));
  if (bytes.length <= rawBytes) return bytes.toString();
  return bytes
    .subarray(0, rawBytes)
    .toString()
    .replace(/\uFFFD+$/, '');
}
