import type { RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Schedule } from '../../shared/job.ts';
import type { Services } from '../services.ts';

/** For the CLI, which names jobs. Throws `not_found` with the names there are. */
export async function findJob(
  { database }: Services,
  accountId: number,
  name: string,
): Promise<{ id: number; uid: string; schedule: Schedule }> {
  const [rows] = await database.pool.query<RowDataPacket[]>(
    'SELECT id, uid, name, schedule FROM job WHERE account_id = ? AND deleted_at IS NULL ORDER BY name',
    [accountId],
  );
  const row = rows.find((candidate) => candidate.name === name.trim());
  if (row) return { id: row.id, uid: uuidText(row.uid), schedule: JSON.parse(row.schedule) };
  const names = rows.map((candidate) => candidate.name).join(', ');
  throw new AppError(
    'not_found',
    `There is no job "${name}". ${names ? `There are: ${names}.` : 'There are none yet.'}`,
  );
}
