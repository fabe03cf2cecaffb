import type { RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import { allOf, type Scope, scopeCondition } from './scope.ts';

/**
 * What the newest analysed interactions that the scope lets see have under each of these metadata keys, as the texts that
 * a filter compares; in the order of the alphabet.
 */
export async function recentMetadataValues(
  connection: Connection,
  accountId: number,
  scope: Scope,
  { keys, analyses }: { keys: readonly string[]; analyses: number },
): Promise<Map<string, string[]>> {
  if (keys.length === 0) return new Map();
  const where = allOf([{ sql: 'a.account_id = ?', values: [accountId] }, scopeCondition(scope)]);
  const texts = keys.map((_, index) => `CAST(JSON_UNQUOTE(JSON_EXTRACT(i.metadata, ?)) AS BINARY) AS v${index}`);
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${texts.join(', ')} FROM analysis a FORCE INDEX (by_time) STRAIGHT_JOIN interaction i ON i.id = a.interaction_id
      WHERE ${where.sql} ORDER BY a.occurred_at DESC, a.id DESC LIMIT ?`,
    [...keys.map((key) => `$.${JSON.stringify(key)}`), ...where.values, analyses],
  );
  return new Map(keys.map((key, index) => [key, distinct(rows.map((row) => row[`v${index}`]))]));
}

/** JSON's null is no value that somebody would look for. */
function distinct(texts: (Buffer | null)[]): string[] {
  const found = new Set(texts.map((text) => text?.toString('utf8') ?? ''));
  return [...found].filter((text) => text !== '' && text !== 'null').sort();
}
