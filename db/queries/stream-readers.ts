import type { Pool, RowDataPacket } from 'mysql2/promise';

/** `starting`: connecting, or waiting for its partitions; `failing`: tried again and again; `error` says why. */
export type ReaderState = 'starting' | 'following' | 'failing';

/** How one process stands with one stream. */
export interface ReaderStatus {
  accountId: number;
  connectorId: number;
  state: ReaderState;
  /** How many are this process's now. */
  partitions: number;
  /** Events of these partitions that are written and not stored yet. */
  lag: number;
  eventsPerSecond: number;
  /** The time of the last event that was stored, by the event. */
  lastEventAt: Date | null;
  /** How often it was started again since its process began. */
  restarts: number;
  /** What somebody should know: why it fails, or what was missed today. */
  error: string | null;
}

/** After so many seconds without a word a process is taken for dead. */
const silentSeconds = 30;
/** Of a row of stream_reader: its process is alive. */
export const isLive = `seen_at > NOW(3) - INTERVAL ${silentSeconds} SECOND`;

const errorLength = 2000;

/** Says how this process stands with its streams. */
export async function saveReaders(pool: Pool, processId: Buffer, statuses: readonly ReaderStatus[]): Promise<void> {
  if (statuses.length === 0) return;
  await pool.query(
    `INSERT INTO stream_reader (connector_id, process_id, account_id, state, partitions, \`lag\`, events_per_second,
       last_event_at, restarts, error) VALUES ?
     ON DUPLICATE KEY UPDATE state = VALUES(state), partitions = VALUES(partitions), \`lag\` = VALUES(\`lag\`),
       events_per_second = VALUES(events_per_second), last_event_at = VALUES(last_event_at),
       restarts = VALUES(restarts), error = VALUES(error), seen_at = NOW(3)`,
    [
      statuses.map((status) => [
        ...[status.connectorId, processId, status.accountId, status.state, status.partitions, status.lag],
        ...[status.eventsPerSecond, status.lastEventAt, status.restarts],
        status.error?.slice(0, errorLength) ?? null,
      ]),
    ],
  );
}

/** This process reads the stream no more. */
export async function removeReader(pool: Pool, processId: Buffer, connectorId: number): Promise<void> {
  await pool.query('DELETE FROM stream_reader WHERE connector_id = ? AND process_id = ?', [connectorId, processId]);
}

/** Removes what processes said that are dead by now. */
export async function removeDeadReaders(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM stream_reader WHERE NOT (${isLive})`);
}

/** How a stream stands, over all processes that read it. */
export interface StreamStatus extends ReaderStatus {
  /** How many processes. */
  readers: number;
}

/**
 * The streams that some live process reads, of one account or, for /metrics, of all: sums of what the processes say. Its
 * state is the best of theirs, because one that follows has the partitions; the error of any of them is told. A connector
 * that is not in the list is read by nobody.
 */
export async function streamStatuses(pool: Pool, accountId?: number): Promise<StreamStatus[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT account_id, connector_id, COUNT(*) AS readers, SUM(partitions) AS partitions, SUM(\`lag\`) AS \`lag\`,
        SUM(events_per_second) AS events_per_second, MAX(last_event_at) AS last_event_at, SUM(restarts) AS restarts,
        MAX(error) AS error, MIN(FIELD(state, 'following', 'failing', 'starting')) AS best
       FROM stream_reader WHERE ${isLive}${accountId === undefined ? '' : ' AND account_id = ?'}
      GROUP BY account_id, connector_id ORDER BY connector_id`,
    accountId === undefined ? [] : [accountId],
  );
  return rows.map((row) => ({
    accountId: row.account_id,
    connectorId: row.connector_id,
    state: byRank[row.best - 1] ?? 'starting',
    partitions: Number(row.partitions),
    lag: Number(row.lag),
    eventsPerSecond: row.events_per_second,
    lastEventAt: row.last_event_at,
    restarts: Number(row.restarts),
    error: row.error,
    readers: row.readers,
  }));
}

const byRank: readonly ReaderState[] = ['following', 'failing', 'starting'];
