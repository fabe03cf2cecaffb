import type { Pool, RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../uuid.ts';

/** How one thing stands: the same mark, the same state. */
export interface ChangeMark {
  accountId: number;
  topic: 'executions' | 'connectors' | 'jobs' | 'analyses' | 'webhooks';
  id: string;
  version: string;
}

/**
 * The marks of everything that may have changed in these accounts: executions that are open, young (`since` is the
 * smallest id of that age) or were open when last seen; all connectors and jobs; the newest analysis; the
 * newest webhook of each state.
 */
export async function selectChangeMarks(
  pool: Pool,
  accountIds: number[],
  executions: { since: Buffer; openBefore: Buffer[] },
): Promise<ChangeMark[]> {
  const lists = await Promise.all([
    executionMarks(pool, accountIds, executions),
    configurationMarks(pool, accountIds),
    analysisMarks(pool, accountIds),
    webhookMarks(pool, accountIds),
  ]);
  return lists.flat();
}

async function executionMarks(
  pool: Pool,
  accountIds: number[],
  { since, openBefore }: { since: Buffer; openBefore: Buffer[] },
): Promise<ChangeMark[]> {
  const chosen = [
    "SELECT id FROM execution WHERE account_id IN (?) AND status IN ('pending', 'processing', 'delivering')",
    'SELECT id FROM execution WHERE account_id IN (?) AND id >= ?',
    ...(openBefore.length > 0 ? ['SELECT id FROM execution WHERE account_id IN (?) AND id IN (?)'] : []),
  ].join(' UNION ');
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT e.account_id, e.id, CONCAT_WS('.', e.status, e.cancel_requested, e.rows_listed, e.parts,
       (SELECT COUNT(*) FROM execution_step s WHERE s.execution_id = e.id),
       (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(i.records_done), 0)) FROM source_item i WHERE i.execution_id = e.id)
     ) AS version FROM execution e JOIN (${chosen}) chosen ON chosen.id = e.id`,
    [accountIds, accountIds, since, ...(openBefore.length > 0 ? [accountIds, openBefore] : [])],
  );
  return rows.map((row) => mark(row, 'executions'));
}

async function configurationMarks(pool: Pool, accountIds: number[]): Promise<ChangeMark[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT account_id, uid AS id, 'connectors' AS topic,
       CONCAT_WS('.', updated_at, is_enabled, deleted_at, CRC32(COALESCE(last_check, ''))) AS version
     FROM connector WHERE account_id IN (?)
     UNION ALL
     SELECT account_id, uid, 'jobs', CONCAT_WS('.', updated_at, is_enabled, deleted_at, next_due_at)
     FROM job WHERE account_id IN (?)`,
    [accountIds, accountIds],
  );
  return rows.map((row) => mark(row, row.topic));
}

/** An analysis has its id before it is made, so the newest one is the one completed last: the end of an index. */
async function analysisMarks(pool: Pool, accountIds: number[]): Promise<ChangeMark[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT account_id, MAX(completed_at) AS version FROM analysis WHERE account_id IN (?) GROUP BY account_id',
    [accountIds],
  );
  return rows.map((row) => ({
    accountId: row.account_id,
    topic: 'analyses',
    id: 'list',
    version: String(row.version?.getTime()),
  }));
}

/** The newest of each state and the oldest that still waits: each is read from an end of its stretch of the index. */
async function webhookMarks(pool: Pool, accountIds: number[]): Promise<ChangeMark[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT account_id, state, MIN(id) AS oldest, MAX(id) AS newest FROM webhook_delivery WHERE account_id IN (?) GROUP BY account_id, state ORDER BY account_id, state',
    [accountIds],
  );
  const versions = new Map<number, string>();
  for (const { account_id, state, oldest, newest } of rows) {
    const own = `${state} ${state === 'pending' ? oldest.toString('hex') : ''} ${newest.toString('hex')};`;
    versions.set(account_id, `${versions.get(account_id) ?? ''}${own}`);
  }
  return [...versions].map(([accountId, version]) => ({ accountId, topic: 'webhooks', id: 'list', version }));
}

function mark(row: RowDataPacket, topic: ChangeMark['topic']): ChangeMark {
  return { accountId: row.account_id, topic, id: uuidText(row.id), version: String(row.version) };
}
