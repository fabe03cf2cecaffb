import type { Pool, RowDataPacket } from 'mysql2/promise';
import { newId, smallestIdAt, uuidText } from '../../../db/uuid.ts';

export const executionCount = 1_000_000;
export const historyDays = 400;
const atOnce = 100_000;
const dayMs = 86_400_000;

/** Public ids of what the history can be filtered by. */
export interface History {
  /** `shared`: was the busy job's too, in its first ten runs alone. */
  connectors: { busy: string; rare: string; shared: string; export: string };
  /** `busy`: half of all executions; `rare`: ten of them. */
  jobs: { busy: string; rare: string; export: string };
  beganAt: Date;
}

const connectorCount = 30;
const jobCount = 40;
const [busyJob, rareJob, firstExport] = [1, 40, 26];
const rareConnector = 20;
const sharedConnector = 2;

/**
 * Fills an account's history: a million executions over 400 days, the newest ones open. Nine in ten are successes; of
 * `delivering` there are two. Exports have a report of one part, and one in twenty runs is a retry.
 */
export async function fillHistory(pool: Pool, accountId: number, say: (line: string) => void): Promise<History> {
  const beganAt = new Date(Date.now() - historyDays * dayMs);
  const connectors = await addConnectors(pool, accountId);
  const jobs = await addJobs(pool, accountId);
  for (let first = 0; first < executionCount; first += atOnce) {
    await addExecutions(pool, accountId, { jobs, beganAt, first });
    say(`${first + atOnce} executions`);
  }
  await pool.query(
    `INSERT INTO execution_connector (account_id, connector_id, execution_id, job_id, status)
     SELECT account_id, ?, id, job_id, status FROM (SELECT * FROM execution WHERE job_id = ? ORDER BY id LIMIT 10) e`,
    [connectors[sharedConnector]?.id, jobs[busyJob]?.id],
  );
  await pool.query('ANALYZE TABLE execution, execution_connector, report_part');
  const uidOf = (rows: Belonging[], position: number) => rows[position]?.uid ?? '';
  return {
    connectors: {
      busy: uidOf(connectors, 1),
      rare: uidOf(connectors, rareConnector),
      shared: uidOf(connectors, sharedConnector),
      export: uidOf(connectors, connectorCount),
    },
    jobs: { busy: uidOf(jobs, busyJob), rare: uidOf(jobs, rareJob), export: uidOf(jobs, firstExport) },
    beganAt,
  };
}

interface Belonging {
  id: number;
  uid: string;
}

/** At its number, from 1: the first twenty import, the others export. */
async function addConnectors(pool: Pool, accountId: number): Promise<Belonging[]> {
  const credential = { type: 'password', password: 'bench' };
  const config = JSON.stringify({ host: 'sftp.example.test', username: 'cqa', credential, directory: '/calls' });
  const direction = (number: number) => (number <= rareConnector ? 'import' : 'export');
  const rows = numbers(connectorCount).map((number) => [
    ...[accountId, newId(), `connector ${number}`, direction(number), 'sftp', config, 'bench'],
  ]);
  await pool.query('INSERT INTO connector (account_id, uid, name, direction, type, config, created_by) VALUES ?', [
    rows,
  ]);
  return belongings(pool, 'connector', accountId);
}

/** At its number: job 1 has connector 1, the rare one the rare one; exports deliver to two connectors. */
async function addJobs(pool: Pool, accountId: number): Promise<Belonging[]> {
  const type = (number: number) => (number >= firstExport && number < rareJob ? 'data_export' : 'data_import');
  const schedule = JSON.stringify({ frequency: 'daily', at: '02:30' });
  const rows = numbers(jobCount).map((number) => [
    ...[accountId, newId(), `job ${number}`, type(number), schedule, false, 'bench'],
  ]);
  await pool.query('INSERT INTO job (account_id, uid, name, type, schedule, is_enabled, created_by) VALUES ?', [rows]);
  const connectors = await belongings(pool, 'connector', accountId);
  const jobs = await belongings(pool, 'job', accountId);
  const links = numbers(jobCount).flatMap((number) =>
    connectorsOf(number, type(number)).map((connector, position) => [
      ...[jobs[number]?.id, connectors[connector]?.id, position],
    ]),
  );
  await pool.query('INSERT INTO job_connector (job_id, connector_id, position) VALUES ?', [links]);
  return jobs;
}

function connectorsOf(job: number, type: string): number[] {
  if (job === rareJob) return [rareConnector];
  if (type === 'data_import') return [job === busyJob ? 1 : 2 + (job % 17)];
  return [connectorCount, rareConnector + 1 + (job % 9)];
}

async function belongings(pool: Pool, table: 'connector' | 'job', accountId: number): Promise<Belonging[]> {
  const [rows] = await pool.query<RowDataPacket[]>(`SELECT id, uid FROM ${table} WHERE account_id = ? ORDER BY id`, [
    accountId,
  ]);
  return [{ id: 0, uid: '' }, ...rows.map(({ id, uid }) => ({ id, uid: uuidText(uid) }))];
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

const digits =
  '(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';

/** `first` and those after it, in the order of their ids, as they would be made. */
async function addExecutions(
  pool: Pool,
  accountId: number,
  { jobs, beganAt, first }: { jobs: Belonging[]; beganAt: Date; first: number },
): Promise<void> {
  const stepMs = (historyDays * dayMs) / executionCount;
  const atMs = `(${beganAt.getTime()} + FLOOR(n * ${stepMs}))`;
  const id = `UNHEX(CONCAT(LPAD(HEX(${atMs}), 12, '0'), '7', LPAD(HEX(n % 4096), 3, '0'), '8', LEFT(MD5(n), 15)))`;
  const jobNumber = `CASE WHEN n % 2 = 0 THEN ${busyJob} WHEN n % 100000 = 7 THEN ${rareJob} ELSE 2 + (n DIV 2) % 38 END`;
  const status = `CASE
      WHEN n >= ${executionCount - 2} THEN 'delivering' WHEN n >= ${executionCount - 10} THEN 'processing'
      WHEN n >= ${executionCount - 20} THEN 'pending'
      WHEN dice < 900 THEN 'success' WHEN dice < 950 THEN 'partial_success' WHEN dice < 980 THEN 'handler_failed'
      WHEN dice < 990 THEN 'delivery_failed' ELSE 'cancelled' END`;
  const failure = JSON.stringify({
    code: 'source_unreachable',
    message: `The server did not answer. ${'x'.repeat(120)}`,
  });
  await pool.query(
    `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, due_at, report, status,
        parts, items_listed, items_done, rows_listed, rows_imported, note, error, created_at, started_at, ended_at)
     SELECT ${id}, ?, j.id, j.name, j.type, '["connector of the job"]', IF(f.n % 20 = 7, 'retry', 'schedule'),
        FROM_UNIXTIME(${atMs} / 1000), NULL, f.status, j.type = 'data_export', 4, 4, f.n % 3, f.n % 3, IF(f.n % 3 = 0, 'no_data', NULL), IF(f.status LIKE '%failed', ?, NULL),
        FROM_UNIXTIME(${atMs} / 1000), FROM_UNIXTIME(${atMs} / 1000),
        IF(f.status IN ('pending', 'processing', 'delivering'), NULL, FROM_UNIXTIME(${atMs} / 1000 + 20))
     FROM (SELECT n, ${jobNumber} AS job_number, ${status} AS status
             FROM (SELECT n, CRC32(n) % 1000 AS dice
                     FROM (SELECT ? + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n
                             FROM ${digits} a, ${digits} b, ${digits} c, ${digits} d, ${digits} e) numbers) dice) f
     JOIN job j ON j.id = ? + f.job_number ORDER BY n`,
    [accountId, failure, first, (jobs[1]?.id ?? 1) - 1],
  );
  await pool.query(
    `INSERT INTO execution_connector (account_id, connector_id, execution_id, job_id, status, data_at)
     SELECT e.account_id, jc.connector_id, e.id, e.job_id, e.status, IF(e.rows_listed > 0, e.ended_at, NULL)
       FROM execution e JOIN job_connector jc ON jc.job_id = e.job_id
      WHERE e.account_id = ? AND e.id >= ?`,
    [accountId, smallestIdAt(beganAt.getTime() + Math.floor(first * stepMs))],
  );
  await pool.query(
    `INSERT INTO report_part (account_id, execution_id, part, file_name, storage_key, row_count, byte_size, sha256, created_at)
     SELECT account_id, id, 1, 'report.csv', 'bench', 1, 1, REPEAT('0', 32), created_at
       FROM execution WHERE account_id = ? AND id >= ? AND parts > 0`,
    [accountId, smallestIdAt(beganAt.getTime() + Math.floor(first * stepMs))],
  );
}
