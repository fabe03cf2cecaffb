import type { Pool, ResultSetHeader } from 'mysql2/promise';

const removedAtOnce = 1_000;

/** Runs a DELETE a thousand rows at a time, so that nobody waits long for its locks; gives how many there were. */
export async function removeInPieces(pool: Pool, statement: string, values: unknown[]): Promise<number> {
  for (let total = 0; ; ) {
    const [{ affectedRows }] = await pool.query<ResultSetHeader>(`${statement} LIMIT ?`, [...values, removedAtOnce]);
    total += affectedRows;
    if (affectedRows < removedAtOnce) return total;
  }
}
