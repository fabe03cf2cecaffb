import type { Pool, RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../uuid.ts';
import { isLive } from './stream-readers.ts';
import { deliveryStates } from './webhooks.ts';

/** How one thing stands: the same mark, the same state. */
export interface ChangeMark {
  accountId: number;
  topic: 'executions' | 'connectors' | 'jobs' | 'analyses' | 'webhooks' | 'campaigns' | 'alerts' | 'streams';
  id: string;
  version: string;
  /** Of an execution: the user who asked for it on the Analysis List. */
  requestedBy?: number | undefined;
}

/**
 * The marks of everything that may have changed in these accounts: executions that are open, young (`since` is the
 * smallest id of that age) or were open when last seen; all connectors and jobs; the newest analysis; the
 * newest webhooks of each state; campaigns and the imports that go on in them; the open alerts; how streams are read.
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
    campaignMarks(pool, accountIds),
    alertMarks(pool, accountIds),
    streamMarks(pool, accountIds),
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
    `SELECT e.account_id, e.id, e.requested_by, CONCAT_WS('.', e.status, e.cancel_requested, e.rows_listed, e.parts, e.items_listed,
       e.items_done, e.items_unchanged, e.items_waiting, e.items_failed, e.note,
       (SELECT COUNT(*) FROM execution_step s WHERE s.execution_id = e.id)) AS version FROM execution e JOIN (${chosen}) chosen ON chosen.id = e.id`,
    [accountIds, accountIds, since, ...(openBefore.length > 0 ? [accountIds, openBefore] : [])],
  );
  return rows.map((row) => ({ ...mark(row, 'executions'), requestedBy: row.requested_by ?? undefined }));
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

async function alertMarks(pool: Pool, accountIds: number[]): Promise<ChangeMark[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT account_id, CONCAT_WS('.', MAX(id), COUNT(*), SUM(count), MAX(last_at), MAX(told_at)) AS version FROM alert
      WHERE account_id IN (?) AND resolved_at IS NULL GROUP BY account_id
     UNION ALL
     SELECT account_id, CONCAT('mail ', MAX(sent_at)) FROM alert_notice
      WHERE account_id IN (?) AND channel = 'email' GROUP BY account_id`,
    [accountIds, accountIds],
  );
  return accountIds.map((accountId) => {
    const versions = rows.filter((row) => row.account_id === accountId).map((row) => String(row.version));
    return { accountId, topic: 'alerts', id: 'list', version: versions.join(' ') };
  });
}

/**
 * One sum for all streams of an account, also when a process falls silent and its row no longer counts. The figures of a
 * busy stream differ at each look, those of a quiet one do not. While results wait to be sent back, there is something new
 * every ten seconds: why they wait is too much to read at each look.
 */
async function streamMarks(pool: Pool, accountIds: number[]): Promise<ChangeMark[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT account_id, CONCAT('read', COUNT(*), '.', SUM(CRC32(CONCAT_WS('.', connector_id, HEX(process_id), state, partitions,
       \`lag\`, ROUND(events_per_second, 1), last_event_at, restarts, error)))) AS version
     FROM stream_reader WHERE account_id IN (?) AND ${isLive} GROUP BY account_id
     UNION ALL
     SELECT account_id, CONCAT('wait', COUNT(*), '.', FLOOR(UNIX_TIMESTAMP() / 10))
     FROM work WHERE account_id IN (?) AND kind = 'feedback' GROUP BY account_id`,
    [accountIds, accountIds],
  );
  return accountIds.map((accountId) => {
    const versions = rows.filter((row) => row.account_id === accountId).map((row) => String(row.version));
    return { accountId, topic: 'streams', id: 'list', version: versions.join('.') };
  });
}

/** One sum for all campaigns of an account: their settings, the newest end of an import, and how files of open ones stand. */
async function campaignMarks(pool: Pool, accountIds: number[]): Promise<ChangeMark[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT a.id AS account_id, CONCAT_WS('.',
       (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT(c.name, COALESCE(c.settings, '')))), 0))
          FROM campaign c WHERE c.account_id = a.id),
       (SELECT MAX(i.ended_at) FROM campaign_import i WHERE i.account_id = a.id),
       (SELECT SUM(CRC32(CONCAT(HEX(i.id), i.state))) FROM campaign_import i
         WHERE i.account_id = a.id AND i.state IN ('open', 'finishing')),
       (SELECT GROUP_CONCAT(stands.state, ':', stands.n ORDER BY stands.state) FROM (
          SELECT f.account_id, f.state, COUNT(*) AS n FROM campaign_import i JOIN campaign_import_file f ON f.import_id = i.id
           WHERE i.account_id IN (?) AND i.state IN ('open', 'finishing') GROUP BY f.account_id, f.state
        ) stands WHERE stands.account_id = a.id)
     ) AS version FROM account a WHERE a.id IN (?)`,
    [accountIds, accountIds],
  );
  return rows.map((row) => ({
    accountId: row.account_id,
    topic: 'campaigns',
    id: 'list',
    version: String(row.version),
  }));
}

function mark(row: RowDataPacket, topic: ChangeMark['topic']): ChangeMark {
  return { accountId: row.account_id, topic, id: uuidText(row.id), version: String(row.version) };
}
