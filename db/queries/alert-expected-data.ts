import type { Pool, RowDataPacket } from 'mysql2/promise';
import { isUnsteady } from './alerts.ts';

/** An import connector that is to bring data again and again, or was: then an alert of it is not over yet. */
export interface DataConnector {
  id: number;
  accountId: number;
  name: string;
  /** The account's. */
  timezone: string;
  /** Undefined: nothing is expected of it any more. */
  hours: number | undefined;
  /** When it was last changed or enabled. */
  savedAt: Date;
  /** When data came last; undefined: never. */
  lastDataAt: Date | undefined;
}

/**
 * Of all accounts. Data are what its last data are everywhere: new or other rows that a run has brought, an event that was
 * stored. While a run is bringing rows they come now. A stream's day brings none by ending.
 */
export async function selectDataConnectors(pool: Pool): Promise<DataConnector[]> {
  const hours = "JSON_EXTRACT(c.config, '$.expect_data_hours')";
  const isOn = `c.is_enabled AND c.deleted_at IS NULL AND ${hours} IS NOT NULL`;
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.id, c.account_id, c.name, c.updated_at, a.timezone, IF(${isOn}, ${hours}, NULL) AS hours,
       (SELECT x.data_at FROM execution_connector x FORCE INDEX (by_data)
         WHERE x.account_id = c.account_id AND x.connector_id = c.id ORDER BY x.data_at DESC LIMIT 1) AS brought_at,
       (SELECT MAX(p.stored_at) FROM stream_position p WHERE p.connector_id = c.id) AS stored_at,
       (SELECT NOW(3) FROM execution_connector x FORCE INDEX (by_connector_status) JOIN execution e ON e.id = x.execution_id
         WHERE x.account_id = c.account_id AND x.connector_id = c.id AND x.status = 'processing'
           AND e.rows_imported + e.rows_updated > 0 AND e.trigger_kind <> 'stream' LIMIT 1) AS coming_at
      FROM connector c JOIN account a ON a.id = c.account_id
     WHERE c.direction = 'import' AND ((${isOn}) OR EXISTS (SELECT 1 FROM alert open
       WHERE open.connector_id = c.id AND open.kind = 'expected_data'
         AND (open.resolved_at IS NULL OR open.${isUnsteady})))`,
  );
  return rows.map((row) => ({
    ...{ id: row.id, accountId: row.account_id, name: row.name, timezone: row.timezone },
    savedAt: row.updated_at,
    hours: row.hours === null ? undefined : Number(row.hours),
    // A stream that was said to begin elsewhere has forgotten when it stored its last event; its newest day is near that.
    lastDataAt: row.stored_at ?? newest([row.brought_at, row.coming_at]),
  }));
}

function newest(times: (Date | null)[]): Date | undefined {
  return times.filter((time) => time !== null).sort((one, other) => other.getTime() - one.getTime())[0];
}
