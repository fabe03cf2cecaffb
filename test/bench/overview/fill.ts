import { randomBytes } from 'node:crypto';
import type { Pool } from 'mysql2/promise';
import { newId, smallestIdAt } from '../../../db/uuid.ts';

export interface History {
  accountId: number;
  rows: number;
  now: Date;
  days: number;
}

const importJobs = 30;
const exportJobs = 10;
const chunkRows = 5_000;
const rejectedEvery = 10;
const waitingWork = 20_000;

/** Interactions, analyses, executions and rejected rows, evenly over the last days, of jobs and connectors. */
export async function fillHistory(pool: Pool, history: History): Promise<void> {
  await fillJobs(pool, history);
  for (let from = 0; from < history.rows; from += chunkRows) {
    const numbers = Array.from({ length: Math.min(chunkRows, history.rows - from) }, (_, index) => from + index);
    await fillChunk(pool, history, numbers);
  }
  await fillWork(pool, history);
  await pool.query('ANALYZE TABLE interaction, analysis, execution, rejected_row, work, execution_connector');
}

async function fillJobs(pool: Pool, { accountId, now }: History): Promise<void> {
  for (let number = 1; number <= importJobs + exportJobs; number++) {
    const isImport = number <= importJobs;
    await pool.query(
      'INSERT INTO connector (id, account_id, uid, name, direction, type, config, created_by) VALUES (?)',
      [[number, accountId, newId(), `Connector ${number}`, isImport ? 'import' : 'export', 'sftp', '{}', 'bench']],
    );
    await pool.query(
      'INSERT INTO job (id, account_id, uid, name, type, schedule, next_due_at, created_by) VALUES (?)',
      [
        [
          ...[number, accountId, newId(), `Job ${number}`, isImport ? 'data_import' : 'data_export', '{}'],
          ...[new Date(now.getTime() + 3_600_000), 'bench'],
        ],
      ],
    );
    await pool.query('INSERT INTO job_connector (job_id, connector_id, position) VALUES (?)', [[number, number, 0]]);
  }
}

/** One in fifty fails in some way. The newest go on, or were skipped because the one before goes on. */
function statusOf(number: number, rows: number): string {
  if (rows - number <= 25) return rows - number <= 20 ? 'cancelled' : 'processing';
  const rare = ['partial_success', 'handler_failed', 'delivery_failed', 'cancelled'];
  return number % 50 === 0 ? (rare[(number / 50) % rare.length] ?? 'success') : 'success';
}

async function fillChunk(pool: Pool, history: History, numbers: number[]): Promise<void> {
  const { accountId } = history;
  const rows = numbers.map((number) => {
    const at = timeOf(history, number);
    const job = 1 + (number % (importJobs + exportJobs));
    return { number, at, id: idAt(at), job };
  });
  const json = JSON.stringify({ campaign: 'x'.repeat(100) });
  await Promise.all([
    pool.query(
      `INSERT INTO interaction (id, account_id, external_id, channel_type, status, occurred_at, metadata, content_hash,
         connector_id, source_item_id, source_line, status_modified_at, created_at) VALUES ?`,
      [
        rows.map(({ number, at, id, job }) => [
          ...[id, accountId, `call-${number}`, 'CALL', 2, at, json, id.subarray(0, 12), job, number, 1, at, at],
        ]),
      ],
    ),
    pool.query(
      `INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status,
         score_card, completed_at) VALUES ?`,
      [rows.map(({ at, id }) => [idAt(at), accountId, id, 1, 1, id, at, 'completed', json, at])],
    ),
    pool.query(
      `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status, parts,
         rows_listed, error, created_at, started_at, ended_at) VALUES ?`,
      [
        rows.map(({ number, at, id, job }) => [
          ...[id, accountId, job, `Job ${job}`, job <= importJobs ? 'data_import' : 'data_export'],
          ...[
            `["Connector ${job}"]`,
            'schedule',
            statusOf(number, history.rows),
            job <= importJobs ? 0 : 1,
            1,
            null,
            at,
            at,
            at,
          ],
        ]),
      ],
    ),
    pool.query(
      'INSERT INTO execution_connector (account_id, connector_id, execution_id, job_id, status, data_at) VALUES ?',
      [rows.map(({ number, at, id, job }) => [accountId, job, id, job, statusOf(number, history.rows), at])],
    ),
    addRejected(
      pool,
      accountId,
      rows.filter(({ number }) => number % rejectedEvery === 0),
    ),
  ]);
}

async function addRejected(pool: Pool, accountId: number, rows: { at: Date; id: Buffer }[]): Promise<void> {
  if (rows.length === 0) return;
  await pool.query(
    `INSERT INTO rejected_row (account_id, execution_id, source_item_id, file_name, line, code, reason, raw, created_at) VALUES ?`,
    [rows.map(({ at, id }) => [accountId, id, 1, 'calls.csv', 1, 'invalid', 'channel_type is missing', 'a,b,c', at])],
  );
}

async function fillWork(pool: Pool, { accountId, now }: History): Promise<void> {
  for (const kind of ['analyse', 'record'])
    for (let from = 0; from < waitingWork; from += chunkRows)
      await pool.query('INSERT INTO work (kind, account_id, subject, run_after) VALUES ?', [
        Array.from({ length: chunkRows }, () => [kind, accountId, newId(), now]),
      ]);
}

function timeOf({ now, days, rows }: History, number: number): Date {
  const spanMs = days * 24 * 3_600_000;
  return new Date(Math.floor(now.getTime() - spanMs + ((number + 1) * spanMs) / rows));
}

function idAt(at: Date): Buffer {
  const id = smallestIdAt(at.getTime());
  randomBytes(10).copy(id, 6);
  return id;
}
