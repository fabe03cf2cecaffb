import type { Pool, RowDataPacket } from 'mysql2/promise';

/** Over all accounts: for whoever runs the installation, never for the console. */
export interface Figures {
  executions: { status: string; n: number }[];
  /** Work that waits or is being done; `due` is the part whose time has come. */
  work: { kind: string; n: number; due: number }[];
}

export async function selectFigures(pool: Pool): Promise<Figures> {
  const [executions] = await pool.query<(Figures['executions'][number] & RowDataPacket)[]>(
    'SELECT status, COUNT(*) AS n FROM execution GROUP BY status ORDER BY status',
  );
  const [work] = await pool.query<(Figures['work'][number] & RowDataPacket)[]>(
    'SELECT kind, COUNT(*) AS n, CAST(SUM(run_after <= NOW(3)) AS SIGNED) AS due FROM work GROUP BY kind ORDER BY kind',
  );
  return { executions, work };
}

export async function answers(pool: Pool): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 AS one');
  return rows.length === 1;
}
