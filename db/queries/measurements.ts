import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { AudioFacts, Measures } from '../../shared/measures.ts';

/** What was measured, and on which recording: another content is measured anew. */
export interface Measurement {
  position: number;
  /** SHA-256 of the recording, hex. */
  sha256: string;
  facts: AudioFacts;
  measures: Measures;
}

export async function findMeasurement(
  pool: Pool | PoolConnection,
  accountId: number,
  interactionId: Buffer,
): Promise<Measurement | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT body FROM measurement WHERE interaction_id = ? AND account_id = ?',
    [interactionId, accountId],
  );
  return rows[0] && JSON.parse(rows[0].body);
}

/** Keeps the measurement, and what the container says beside the recording that it was made on. */
export async function saveMeasurement(
  connection: PoolConnection,
  accountId: number,
  interactionId: Buffer,
  measurement: Measurement,
): Promise<void> {
  const body = JSON.stringify(measurement);
  await connection.query(
    'INSERT INTO measurement (interaction_id, account_id, body) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE body = ?, created_at = NOW(3)',
    [interactionId, accountId, body, body],
  );
  await connection.query(
    'UPDATE recording SET facts = ? WHERE interaction_id = ? AND position = ? AND account_id = ?',
    [JSON.stringify(measurement.facts), interactionId, measurement.position, accountId],
  );
}
