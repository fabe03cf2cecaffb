import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { limits } from '../../shared/interaction.ts';
import type { Connection } from '../database.ts';

export interface RejectedRow {
  line: number;
  column: string | undefined;
  code: string;
  reason: string;
  /** The row's text, or more of its beginning than is kept. */
  raw: string;
  /** The row as it came, where that is no UTF-8: its text has U+FFFD for what is none. As long as `raw`, or longer. */
  bytes?: Buffer | undefined;
  /** The row's id, where it could be read. */
  externalId?: string | undefined;
  /** The file within the item, where the item is an archive, with its headings and what separates them, where it has any. */
  member?: { name: string; header: readonly string[] | undefined; delimiter?: string | undefined } | undefined;
}

export interface RejectionPlace {
  accountId: number;
  executionId: Buffer;
  sourceItemId: number;
  fileName: string;
  /** As much of each row's text is kept. */
  rawBytes?: number | undefined;
}

const rawBytesOfFiles = 4096;

/** Keeps rows that were not taken, for the person who mends them. */
export async function addRejectedRows(
  connection: PoolConnection,
  { accountId, executionId, sourceItemId, fileName, rawBytes = rawBytesOfFiles }: RejectionPlace,
  rows: RejectedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(
    'INSERT INTO rejected_row (account_id, execution_id, source_item_id, file_name, line, column_name, code, reason, raw, raw_bytes, is_cut, external_id, header, delimiter) VALUES ?',
    [
      rows.map(({ line, column, code, reason, raw, bytes, externalId, member }) => [
        accountId,
        executionId,
        sourceItemId,
        (member ? `${fileName}/${member.name}` : fileName).slice(-512),
        line,
        column?.slice(0, 191) ?? null,
        code,
        reason.slice(0, 500),
        // One byte that is none makes a character of three.
        cut(raw, bytes ? 3 * rawBytes : rawBytes),
        bytes?.subarray(0, rawBytes) ?? null,
        (bytes?.length ?? Buffer.byteLength(raw)) > rawBytes,
        idOf(externalId),
        headerText(member?.header),
        member?.delimiter ?? null,
      ]),
    ],
  );
}

/** Why a row was not taken, as whoever sent it is told. */
export interface RejectedRowTold {
  line: number;
  reason: string;
  external_interaction_id: string | null;
}

/** How many are told; the console shows the others. */
const rowsTold = 100;

/** The first rows that an execution or an ingress job rejected. */
export async function listRejected(
  connection: Connection,
  accountId: number,
  executionId: Buffer,
): Promise<RejectedRowTold[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT line, reason, external_id FROM rejected_row WHERE account_id = ? AND execution_id = ? ORDER BY id LIMIT ?',
    [accountId, executionId, rowsTold],
  );
  return rows.map(({ line, reason, external_id: id }) => ({
    line,
    reason,
    external_interaction_id: id?.toString() ?? null,
  }));
}

/** Forgets what one execution rejected of an item, because it reads the item from the beginning again. */
export async function removeRejectedRows(
  connection: PoolConnection,
  { accountId, executionId, sourceItemId }: Omit<RejectionPlace, 'fileName' | 'rawBytes'>,
): Promise<void> {
  await connection.query('DELETE FROM rejected_row WHERE account_id = ? AND execution_id = ? AND source_item_id = ?', [
    accountId,
    executionId,
    sourceItemId,
  ]);
}

/**
 * Forgets what earlier executions rejected of an item and nobody has dealt with, because this one reads the item from the
 * beginning and rejects it again. What those executions counted stays. Looks first, so that an ordinary item locks nothing.
 */
export async function removeEarlierRejectedRows(
  connection: PoolConnection,
  { accountId, executionId, sourceItemId }: Omit<RejectionPlace, 'fileName' | 'rawBytes'>,
): Promise<void> {
  const earlier = "source_item_id = ? AND account_id = ? AND execution_id <> ? AND state = 'open'";
  const values = [sourceItemId, accountId, executionId];
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT id FROM rejected_row WHERE ${earlier} LIMIT 1`,
    values,
  );
  if (rows.length > 0) await connection.query(`DELETE FROM rejected_row WHERE ${earlier}`, values);
}

/** One that is too long for an id is none. */
function idOf(externalId: string | undefined): Buffer | null {
  const id = Buffer.from(externalId ?? '');
  return id.length === 0 || id.length > limits.externalIdBytes ? null : id;
}

/** What a TEXT column holds. */
const headerBytes = 65_535;

/** One that is larger is not kept. */
export function headerText(header: readonly string[] | undefined): string | null {
  const json = header ? JSON.stringify(header) : '';
  return json === '' || Buffer.byteLength(json) > headerBytes ? null : json;
}

/** The first bytes; a character that would be cut in two is left out. */
function cut(raw: string, rawBytes: number): string {
  if (raw.length * 3 <= rawBytes) return raw;
  const bytes = Buffer.from(raw.slice(0, rawBytes));
  if (bytes.length <= rawBytes) return bytes.toString();
  let end = rawBytes;
  while (isWithinCharacter(bytes[end])) end--;
  return bytes.toString('utf8', 0, end);
}

/** Of UTF-8: a byte that goes on with the character of those before it. */
function isWithinCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
