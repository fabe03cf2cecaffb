import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { addLogLines } from '../../../db/queries/execution-log.ts';
import { newId, uuidText } from '../../../db/uuid.ts';

const interactionCount = 100_000;
const logLines = 1_000;

/** A finished import of 100,000 recorded calls, half analysed and half waiting for it, with a full log. Gives its id. */
export async function addDetailed(pool: Pool, accountId: number): Promise<string> {
  const [connectors] = await pool.query<RowDataPacket[]>('SELECT id FROM connector WHERE account_id = ? LIMIT 1', [
    accountId,
  ]);
  const connectorId = connectors[0]?.id;
  const id = newId();
  await pool.query(
    `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status, items_listed,
        items_done, rows_listed, rows_imported, started_at, ended_at)
     VALUES (?, ?, 0, 'detailed', 'data_import', '["connector 1"]', 'manual', 'success', 1, 1, ?, ?, NOW(3), NOW(3))`,
    [id, accountId, interactionCount, interactionCount],
  );
  const [{ insertId: itemId }] = await pool.query<ResultSetHeader>(
    `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state)
     VALUES (?, ?, ?, REPEAT('a', 32), 'calls.csv', REPEAT('b', 32), '1', 'done')`,
    [accountId, connectorId, id],
  );
  for (let first = 0; first < interactionCount; first += 10_000)
    await addCalls(pool, { accountId, connectorId, executionId: id, itemId, first });
  await addLogLines(
    pool,
    id,
    Array.from({ length: logLines }, (_, number) => ({
      ...{ level: 'info' as const, ageMs: logLines - number },
      message: `calls-${number}.csv: 100 rows read, 98 stored, 1 known already, 1 rejected`,
    })),
  );
  await pool.query('ANALYZE TABLE interaction, recording, analysis, work');
  return uuidText(id);
}

interface Calls {
  accountId: number;
  connectorId: number;
  executionId: Buffer;
  itemId: number;
  first: number;
}

async function addCalls(pool: Pool, { accountId, connectorId, executionId, itemId, first }: Calls): Promise<void> {
  const now = new Date();
  const metadata = JSON.stringify({ agent: 'someone', queue: 'orders', note: 'x'.repeat(300) });
  const numbers = Array.from({ length: 10_000 }, (_, index) => first + index);
  const ids = numbers.map(() => newId());
  await pool.query(
    `INSERT INTO interaction (id, account_id, external_id, channel_type, occurred_at, metadata, content_hash,
        connector_id, source_item_id, source_line, status_modified_at, created_at) VALUES ?`,
    [
      numbers.map((number, index) => [
        ...[ids[index], accountId, `call-${number}`, 'VOICE', now, metadata, Buffer.alloc(12), connectorId, itemId],
        ...[number + 1, now, now],
      ]),
    ],
  );
  await pool.query(
    'INSERT INTO recording (interaction_id, position, account_id, connector_id, execution_id, reference, state) VALUES ?',
    [ids.map((id) => [id, 0, accountId, connectorId, executionId, 'https://calls.example.test/1.wav', 'here'])],
  );
  const [analysed, waiting] = first < interactionCount / 2 ? [ids, []] : [[], ids];
  if (analysed.length > 0)
    await pool.query(
      'INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status) VALUES ?',
      [analysed.map((id) => [newId(), accountId, id, 1, 1, executionId, now, 'completed'])],
    );
  if (waiting.length > 0)
    await pool.query('INSERT INTO work (kind, account_id, subject, run_after) VALUES ?', [
      waiting.map((id) => ['analyse', accountId, id, now]),
    ]);
}
