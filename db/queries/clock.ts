import type { RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';

/** The database's own time: the one clock that all programs share, whatever the clocks of their machines show. */
export async function databaseNow(connection: Connection): Promise<Date> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT NOW(3) AS now');
  return rows[0]?.now;
}
