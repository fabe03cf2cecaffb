import type { Pool, RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../uuid.ts';
import { deliveryStates } from './webhooks.ts';

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
 * newest webhooks of each state.
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

/** More than the first page of any list of them; each is read from the end of its stretch of the index. */
const newestWebhooks = 200;

/** How the newest of each state stand: an attempt, an end, and that one is sent again, all change the sum. */
async function webhookMarks(pool: Pool, accountIds: number[]): Promise<ChangeMark[]> {
  const groups = accountIds.flatMap((accountId) => deliveryStates.map((state) => [accountId, state]));
  const sums = groups.map(
    () => `SELECT ? AS account_id, SUM(CRC32(CONCAT_WS('.', HEX(id), attempts, ended_at))) AS version FROM (
             SELECT id, attempts, ended_at FROM webhook_delivery WHERE account_id = ? AND state = ? ORDER BY id DESC LIMIT ?
           ) newest`,
  );
  const [rows] = await pool.query<RowDataPacket[]>(
    sums.join(' UNION ALL '),
    groups.flatMap(([accountId, state]) => [accountId, accountId, state, newestWebhooks]),
  );
  return accountIds.map((accountId) => {
    const versions = rows.filter((row) => row.account_id === accountId).map((row) => String(row.version));
    return { accountId, topic: 'webhooks', id: 'list', version: versions.join('.') };
  });
}

function mark(row: RowDataPacket, topic: ChangeMark['topic']): ChangeMark {
  return { accountId: row.account_id, topic, id: uuidText(row.id), version: String(row.version) };
}
