import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { LogLevel, LogLineShown } from '../../shared/execution-log.ts';
import type { Connection } from '../database.ts';

/** A line that is to be kept. */
export interface NewLogLine {
  level: LogLevel;
  message: string;
  /** How long ago it was said, in milliseconds: times are the database's, so that all servers' lines agree. */
  ageMs: number;
}

/** As many characters as a line holds. */
const messageLengthMost = 1000;

/** Appends lines in their order. A line that is too long is cut. */
export async function addLogLines(
  connection: Connection,
  executionId: Buffer,
  lines: readonly NewLogLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await connection.query(
    `INSERT INTO execution_log (execution_id, at, level, message) VALUES ${lines.map(() => '(?, NOW(3) - INTERVAL ? MICROSECOND, ?, ?)').join(', ')}`,
    lines.flatMap(({ level, message, ageMs }) => [
      executionId,
      Math.max(0, Math.round(ageMs * 1000)),
      level,
      shortened(message),
    ]),
  );
}

function shortened(message: string): string {
  return message.length <= messageLengthMost ? message : `${message.slice(0, messageLengthMost - 1)}…`;
}

/** How many lines an execution has, counted up to `most`. */
export async function countLogLines(connection: Connection, executionId: Buffer, most: number): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM (SELECT 1 FROM execution_log WHERE execution_id = ? LIMIT ?) lines_of_it',
    [executionId, most],
  );
  return rows[0]?.n ?? 0;
}

export interface LogLine extends LogLineShown {
  id: number;
}

/** An execution's lines after the one with the id `after`, the oldest first; none where it is another account's. */
export async function listLogLines(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  { after, limit }: { after: number; limit: number },
): Promise<LogLine[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT l.id, l.at, l.level, l.message FROM execution_log l JOIN execution e ON e.id = l.execution_id
      WHERE e.account_id = ? AND l.execution_id = ? AND l.id > ? ORDER BY l.id LIMIT ?`,
    [accountId, executionId, after, limit],
  );
  return rows.map(({ id, at, level, message }) => ({ id, at: at.toISOString(), level, message }));
}
