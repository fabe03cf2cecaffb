import type { RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import { allOf, type Scope, scopeCondition } from './scope.ts';

/** The metadata keys of the newest analysed interactions that the scope lets see, in the order of the alphabet. */
export async function recentMetadataKeys(
  connection: Connection,
  accountId: number,
  scope: Scope,
  analyses: number,
): Promise<string[]> {
  const where = allOf([{ sql: 'a.account_id = ?', values: [accountId] }, scopeCondition(scope)]);
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT JSON_KEYS(i.metadata) AS metadata_keys
       FROM analysis a FORCE INDEX (by_time) STRAIGHT_JOIN interaction i ON i.id = a.interaction_id
      WHERE ${where.sql} ORDER BY a.occurred_at DESC, a.id DESC LIMIT ?`,
    [...where.values, analyses],
  );
  const keys = new Set(rows.flatMap((row) => namesOf(row.metadata_keys)));
  return [...keys].sort();
}

/** MySQL's driver gives the list itself, MariaDB's its text. */
function namesOf(keys: string | string[] | null): string[] {
  return typeof keys === 'string' ? JSON.parse(keys) : (keys ?? []);
}
