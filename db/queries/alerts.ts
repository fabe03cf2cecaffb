import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { type AlertEvent, type AlertKind, alertKinds } from '../../shared/alert.ts';
import type { Connection } from '../database.ts';
import { removeInPieces } from './remove-in-pieces.ts';

/**
 * The last two are never raised: their time says since when a connector has expected something, and since when its stream
 * has not been read.
 */
type StoredKind = AlertKind | 'expecting_since' | 'silent_since';

/** Whose alerts they are: a job's or a connector's. */
export interface AlertOwner {
  accountId: number;
  connectorId?: number;
  jobId?: number;
}

/** What an alert is about; there is one of each. */
export interface AlertName extends AlertOwner {
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

interface Ending {
  kinds: readonly AlertKind[];
  subject?: Buffer;
  /** Until when it is known to have been well; undefined: until now. */
  wellUntil?: Date;
}

/**
 * Ends the owner's open alerts of these kinds; gives those that are over by that. An unsteady one is over once it has been
 * well for an hour.
 */
export async function resolveAlerts(
  connection: Connection,
  owner: AlertOwner,
  { kinds, subject = onlySubject, wellUntil }: Ending,
): Promise<AlertState[]> {
  const owned = ownedBy(owner);
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${stateColumns}, resolved_at IS NULL AS is_open,
        last_at <= COALESCE(CAST(? AS DATETIME(3)), NOW(3)) - INTERVAL ? MINUTE AS is_long_ago
       FROM alert
      WHERE ${owned.condition} AND kind IN (?) AND subject = ? AND (resolved_at IS NULL OR ${isUnsteady})
      ORDER BY last_at DESC FOR UPDATE`,
    [wellUntil ?? null, steadyMinutes, ...owned.values, kinds, subject],
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

/** A condition that one index answers. */
function ownedBy({ accountId, jobId, connectorId }: AlertOwner): { condition: string; values: unknown[] } {
  const [column, id] = jobId === undefined ? ['connector_id', connectorId] : ['job_id', jobId];
  return { condition: `${column} = ? AND account_id = ?`, values: [id, accountId] };
}

/** Ends what is open of something of which nothing is wanted any more: there is nothing to tell of it. */
export async function forgetAlerts(
  connection: Connection,
  owner: AlertOwner,
  kinds: readonly AlertKind[] = alertKinds,
): Promise<void> {
  const owned = ownedBy(owner);
  await connection.query(
    `UPDATE alert SET resolved_at = COALESCE(resolved_at, NOW(3)), begun = 0
      WHERE ${owned.condition} AND kind IN (?) AND (resolved_at IS NULL OR begun > 0)`,
    [...owned.values, kinds],
  );
}

/**
 * Whether somebody dismissed what was due to be told then and has not ended since: what ends by itself ends sooner, or has
 * begun at least once. Locked until the end of the transaction.
 */
export async function isDismissed(
  connection: PoolConnection,
  { kind, subject, ...owner }: AlertName,
  dueAt: Date,
): Promise<boolean> {
  const owned = ownedBy(owner);
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT begun = 0 AND resolved_at >= ? AS is_dismissed FROM alert
      WHERE ${owned.condition} AND kind = ? AND subject = ? FOR UPDATE`,
    [dueAt, ...owned.values, kind, subject],
  );
  return rows[0]?.is_dismissed === 1;
}

/** Notes what is not to be looked at again, or when it was first looked at: nothing is raised by it. */
export async function noteAlert(
  connection: Connection,
  { accountId, connectorId, kind, subject }: AlertName,
): Promise<void> {
  await connection.query(
    `INSERT INTO alert (account_id, connector_id, kind, subject, message, resolved_at) VALUES (?, ?, ?, ?, '', NOW(3))
     ON DUPLICATE KEY UPDATE resolved_at = COALESCE(resolved_at, NOW(3))`,
    [accountId, connectorId, kind, subject],
  );
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
  // Since when something is expected must be known for as long as it is, and that somebody dismissed it for as long as it lasts.
  await removeInPieces(pool, 'DELETE FROM alert WHERE resolved_at < NOW(3) - INTERVAL ? DAY AND kind NOT IN (?)', [
    keptDays,
    ['expecting_since', 'expected_data', 'stream_failed'] satisfies StoredKind[],
  ]);
  await removeInPieces(pool, 'DELETE FROM alert_notice WHERE created_at < NOW(3) - INTERVAL ? DAY', [keptDays]);
}
