import { newId, parseUuid } from '../../../db/uuid.ts';
import { getConnector, saveConnector } from '../../../server/configuration/connectors.ts';
import { listJobs } from '../../../server/configuration/jobs.ts';
import type { Services } from '../../../server/services.ts';
import { by } from './belongings.ts';

/** What an ECC 6x connector is told that nobody has to answer. */
export function streamConnector(name: string) {
  const config = { brokers: ['127.0.0.1:1'], topic: 'calls', results_topic: 'results' };
  return { name, direction: 'import', type: 'ecc6x', config, is_enabled: true };
}

export interface TestStream {
  uid: string;
  connectorId: number;
  job: { id: number; uid: string };
}

/** A connector that reads a stream, with its job; nobody reads it. */
export async function addStream(services: Services, accountId: number, name: string): Promise<TestStream> {
  const { uid } = await saveConnector(services, accountId, streamConnector(name), { by });
  const { id: connectorId } = await getConnector(services, accountId, uid);
  const job = (await listJobs(services, accountId)).find((candidate) => candidate.name === name);
  if (!job) throw new Error(`${name} has no job`);
  return { uid, connectorId, job: { id: job.id, uid: job.uid } };
}

export interface Reader {
  state: string;
  partitions?: number;
  lag?: number;
  eventsPerSecond?: number;
  lastEventAt?: Date;
  restarts?: number;
  error?: string;
  /** How long ago it gave its last sign of life. */
  silentSeconds?: number;
}

/** What a process says of a stream that it reads. */
export async function addReader(
  { database: { pool } }: Services,
  accountId: number,
  connectorId: number,
  { state, partitions = 1, lag = 0, eventsPerSecond = 0, lastEventAt, restarts = 0, error, silentSeconds = 0 }: Reader,
): Promise<Buffer> {
  const processId = newId();
  await pool.query(
    `INSERT INTO stream_reader (connector_id, process_id, account_id, state, partitions, \`lag\`, events_per_second, last_event_at,
       restarts, error, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(3) - INTERVAL ? SECOND)`,
    [
      ...[connectorId, processId, accountId, state, partitions, lag, eventsPerSecond, lastEventAt ?? null],
      ...[restarts, error ?? null, silentSeconds],
    ],
  );
  return processId;
}

/** A day of a stream with two partitions and a rejected event of 30,000 characters in the first. */
export async function addDay(
  { database: { pool } }: Services,
  accountId: number,
  { connectorId, job }: TestStream,
  { name, status = 'processing' }: { name: string; status?: string },
): Promise<{ execution: Buffer; rejectedRow: number; raw: string }> {
  const execution = newId();
  await pool.query(
    `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, due_at, status, items_listed,
       rows_listed, rows_imported, rows_duplicate, rows_rejected, started_at)
     VALUES (?, ?, ?, ?, 'data_import', ?, 'stream', '2026-11-20 18:30:00', ?, 2, 1207, 1200, 6, 1, '2026-11-20 18:30:02')`,
    [execution, accountId, job.id, name, JSON.stringify([name]), status],
  );
  const items = [
    ['calls/0', 700, 6, 1, 0],
    ['calls/1', 500, 0, 0, 3],
  ] as const;
  const ids: number[] = [];
  for (const [key, imported, duplicate, rejected, skipped] of items) {
    const [item] = await pool.query(
      `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state, imported,
         duplicate, rejected, skipped) VALUES (?, ?, ?, ?, ?, ?, '2026-11-21', 'reading', ?, ?, ?, ?)`,
      [
        ...[accountId, connectorId, execution, Buffer.alloc(32), key, Buffer.from(key.padEnd(32))],
        ...[imported, duplicate, rejected, skipped],
      ],
    );
    ids.push((item as { insertId: number }).insertId);
  }
  const raw = JSON.stringify({
    id: 12,
    agents: Array.from({ length: 1000 }, (_, n) => ({ id: n, name: `Agent ${n}` })),
  });
  const [row] = await pool.query(
    `INSERT INTO rejected_row (account_id, execution_id, source_item_id, file_name, line, column_name, code, reason, raw)
     VALUES (?, ?, ?, 'calls/0', 48213, 'interaction_start_time', 'invalid', 'The event has no time.', ?)`,
    [accountId, execution, ids[0], raw],
  );
  return { execution, rejectedRow: (row as { insertId: number }).insertId, raw };
}

/** Switches a job on or off as the console does. */
export async function setJob({ database: { pool } }: Services, uid: string, isEnabled: boolean): Promise<void> {
  await pool.query('UPDATE job SET is_enabled = ? WHERE uid = ?', [isEnabled, parseUuid(uid)]);
}
