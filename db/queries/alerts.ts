import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { type AlertEvent, type AlertKind, alertKinds } from '../../shared/alert.ts';
import type { Connection } from '../database.ts';
import { removeInPieces } from './remove-in-pieces.ts';

/**
 * The last two are never raised: their time says since when a connector has expected something, and since when its stream
 * has not been read.
 */
type StoredKind = AlertKind | 'expecting_since' | 'silent_since';

/** What an alert is about: a job or a connector; there is one of each. */
export interface AlertName {
  accountId: number;
  connectorId?: number;
  jobId?: number;
  kind: StoredKind;
  /** A SHA-256; zeros where the kind says it all. */
  subject: Buffer;
}

export const onlySubject = Buffer.alloc(32);

/** An alert as those are told of it whom it concerns. */
export interface AlertState {
  id: number;
  kind: AlertKind;
  message: string;
  /** How often it has happened since `raisedAt`. */
  count: number;
  raisedAt: Date;
  lastAt: Date;
  /** When people were told last; null: not yet. */
  toldAt: Date | null;
  /** It comes and goes, so people are told of it less often. */
  isUnsteady: boolean;
}

export interface AlertWords {
  message: string;
  details?: unknown;
  executionId?: Buffer;
  /** False: it only goes on, and is not another one. */
  isRepeat?: boolean;
}

const messageLength = 1000;
/** While it lasts people are told again after so long, and no sooner. */
const reminderHours = 24;
/** What begins so often within a day is unsteady, until it has been well for an hour. */
const unsteadyTimes = 3;
const unsteadyHours = 24;
const steadyMinutes = 60;

/**
 * Raises it; one that is open already counts up instead, and so does an unsteady one that was over for a moment. What
 * people are to be told of that now; undefined where they were told within the last day.
 */
export async function raiseAlert(
  connection: Connection,
  { accountId, connectorId, jobId, kind, subject }: AlertName,
  { message, details = null, executionId, isRepeat = true }: AlertWords,
): Promise<{ alert: AlertState; event: AlertEvent | undefined }> {
  // Assignments are made from left to right: what is set from `resolved_at` comes before it, what is set from the new
  // `begun` after it. It is above the limit only where it was unsteady before.
  const goesOn = `(resolved_at IS NULL OR begun > ${unsteadyTimes})`;
  const [{ insertId }] = await connection.query<ResultSetHeader>(
    `INSERT INTO alert (account_id, connector_id, job_id, kind, subject, message, details, execution_id, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, NOW(3))
     ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(alert.id),
       begun = CASE WHEN resolved_at IS NULL THEN begun
         WHEN begun >= ${unsteadyTimes} OR begun_since > NOW(3) - INTERVAL ${unsteadyHours} HOUR THEN begun + 1 ELSE 1 END,
       begun_since = IF(resolved_at IS NOT NULL AND begun = 1, NOW(3), begun_since),
       count = IF(${goesOn}, count + IF(resolved_at IS NULL, ?, 1), 1),
       raised_at = IF(${goesOn}, raised_at, NOW(3)), told_at = IF(${goesOn}, told_at, NULL),
       message = VALUES(message), details = VALUES(details), execution_id = VALUES(execution_id), last_at = NOW(3),
       resolved_at = NULL`,
    [
      ...[accountId, connectorId ?? null, jobId ?? null, kind, subject, message.slice(0, messageLength)],
      ...[JSON.stringify(details), executionId ?? null, isRepeat ? 1 : 0],
    ],
  );
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${stateColumns}, told_at <= NOW(3) - INTERVAL ? HOUR AS is_long_ago FROM alert WHERE id = ?`,
    [reminderHours, insertId],
  );
  const [row] = rows;
  if (!row) throw new Error('an alert that was just raised is not there');
  const event = row.told_at === null ? 'raised' : row.is_long_ago === 1 ? 'reminder' : undefined;
  return { alert: stateOf(row), event };
}

/** As a condition of SQL. */
export const isUnsteady = `begun >= ${unsteadyTimes}`;
const stateColumns = `id, kind, message, count, raised_at, last_at, told_at, ${isUnsteady} AS is_unsteady`;

function stateOf({ id, kind, message, count, raised_at, last_at, told_at, is_unsteady }: RowDataPacket): AlertState {
  const times = { raisedAt: raised_at, lastAt: last_at, toldAt: told_at };
  return { id, kind, message, count, ...times, isUnsteady: is_unsteady === 1 };
}

/** People are being told of it. */
export async function noteTold(connection: Connection, id: number): Promise<void> {
  await connection.query('UPDATE alert SET told_at = NOW(3) WHERE id = ?', [id]);
}

/**
 * Ends the job's open alerts of these kinds; gives those that are over by that. An unsteady one is over once it has been
 * well for an hour.
 */
export async function resolveJobAlerts(
  connection: Connection,
  accountId: number,
  jobId: number,
  kinds: readonly AlertKind[],
): Promise<AlertState[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${stateColumns}, resolved_at IS NULL AS is_open, last_at <= NOW(3) - INTERVAL ? MINUTE AS is_long_ago FROM alert
      WHERE job_id = ? AND account_id = ? AND kind IN (?) AND (resolved_at IS NULL OR ${isUnsteady})
      ORDER BY last_at DESC FOR UPDATE`,
    [steadyMinutes, jobId, accountId, kinds],
  );
  const over = rows.filter((row) => (row.is_unsteady === 1 ? row.is_long_ago === 1 : row.is_open === 1));
  const open = rows.filter((row) => row.is_open === 1);
  if (open.length > 0)
    await connection.query('UPDATE alert SET resolved_at = NOW(3) WHERE id IN (?)', [open.map(({ id }) => id)]);
  const steady = over.filter((row) => row.is_unsteady === 1);
  if (steady.length > 0)
    await connection.query('UPDATE alert SET begun = 0 WHERE id IN (?)', [steady.map(({ id }) => id)]);
  return over.map(stateOf);
}

/** Ends what is open of a job that nobody wants to run any more: there is nothing to tell of it. */
export async function forgetJobAlerts(
  connection: Connection,
  accountId: number,
  jobIds: readonly number[],
  kinds: readonly AlertKind[] = alertKinds,
): Promise<void> {
  if (jobIds.length === 0) return;
  await connection.query(
    `UPDATE alert SET resolved_at = COALESCE(resolved_at, NOW(3)), begun = 0
      WHERE job_id IN (?) AND account_id = ? AND kind IN (?) AND (resolved_at IS NULL OR begun > 0)`,
    [jobIds, accountId, kinds],
  );
}

/** Ends a connector's alert, also one that was never raised: it then need not be looked for again. The open one that it ended. */
export async function resolveAlert(
  connection: Connection,
  { accountId, connectorId, kind, subject }: AlertName,
): Promise<AlertState | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${stateColumns}, resolved_at FROM alert
      WHERE account_id = ? AND connector_id = ? AND kind = ? AND subject = ? FOR UPDATE`,
    [accountId, connectorId, kind, subject],
  );
  await connection.query(
    `INSERT INTO alert (account_id, connector_id, kind, subject, message, resolved_at) VALUES (?, ?, ?, ?, '', NOW(3))
     ON DUPLICATE KEY UPDATE resolved_at = COALESCE(resolved_at, NOW(3))`,
    [accountId, connectorId, kind, subject],
  );
  return rows[0]?.resolved_at === null ? stateOf(rows[0]) : undefined;
}

/** When the alert was first noted; undefined where it was not. */
export async function alertNotedAt(
  connection: Connection,
  { accountId, connectorId, kind, subject }: AlertName,
): Promise<Date | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT raised_at FROM alert WHERE account_id = ? AND connector_id = ? AND kind = ? AND subject = ?',
    [accountId, connectorId, kind, subject],
  );
  return rows[0]?.raised_at;
}

/** What a connector's open alerts of a kind are about. */
export async function selectOpenAlerts(
  connection: Connection,
  { accountId, connectorId, kind }: Omit<AlertName, 'subject'>,
): Promise<{ subject: Buffer; details: unknown }[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT subject, details FROM alert WHERE account_id = ? AND connector_id = ? AND kind = ? AND resolved_at IS NULL',
    [accountId, connectorId, kind],
  );
  return rows.map(({ subject, details }) => ({ subject, details: JSON.parse(details) }));
}

/** False where the account has no such open alert. */
export async function dismissAlert(pool: Pool, accountId: number, id: number): Promise<boolean> {
  const [result] = await pool.query<ResultSetHeader>(
    'UPDATE alert SET resolved_at = NOW(3), begun = 0 WHERE account_id = ? AND id = ? AND resolved_at IS NULL',
    [accountId, id],
  );
  return result.affectedRows === 1;
}

const keptDays = 30;

export async function removeOldAlerts(pool: Pool): Promise<void> {
  // Since when something is expected must be known for as long as it is.
  await removeInPieces(
    pool,
    "DELETE FROM alert WHERE resolved_at < NOW(3) - INTERVAL ? DAY AND kind <> 'expecting_since'",
    [keptDays],
  );
  await removeInPieces(pool, 'DELETE FROM alert_notice WHERE created_at < NOW(3) - INTERVAL ? DAY', [keptDays]);
}
