import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { DeliveryState } from './webhooks.ts';

/** Over all accounts: for whoever runs the installation, never for the console. */
export interface Figures {
  executions: { status: string; n: number }[];
  /** Work that waits or is being done; `due` is the part whose time has come. */
  work: { kind: string; n: number; due: number }[];
  /** Those that were delivered are not counted: there are too many of them. */
  webhooks: { state: Exclude<DeliveryState, 'delivered'>; n: number }[];
}

export async function selectFigures(pool: Pool): Promise<Figures> {
  const [executions] = await pool.query<(Figures['executions'][number] & RowDataPacket)[]>(
    'SELECT status, COUNT(*) AS n FROM execution GROUP BY status ORDER BY status',
  );
  const [work] = await pool.query<(Figures['work'][number] & RowDataPacket)[]>(
    'SELECT kind, COUNT(*) AS n, CAST(SUM(run_after <= NOW(3)) AS SIGNED) AS due FROM work GROUP BY kind ORDER BY kind',
  );
  // By the account, so that the index finds the few that were not delivered.
  const [webhooks] = await pool.query<(Figures['webhooks'][number] & RowDataPacket)[]>(
    "SELECT w.state, COUNT(*) AS n FROM account a JOIN webhook_delivery w ON w.account_id = a.id WHERE w.state IN ('pending', 'failed') GROUP BY w.state",
  );
  return { executions, work, webhooks };
}

export async function answers(pool: Pool): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 AS one');
  return rows.length === 1;
}
