import { addWork } from '../../db/queries/work.ts';
import { newId } from '../../db/uuid.ts';
import type { Services } from '../../server/services.ts';

export interface WaitingRow {
  /** `audio_url`, several with `;` between them. */
  audio?: string;
  transcript?: string;
  transcriptUrl?: string;
}

export interface Place {
  accountId: number;
  connectorId: number;
  itemKey?: string;
  /** Whether they are to be fetched: running workers would begin at once. */
  hasWork?: boolean;
}

/** Interactions as an import leaves them: stored, their recordings still to be fetched, the work for it due. */
export async function addWaitingRecordings(
  { database: { pool } }: Pick<Services, 'database'>,
  { accountId, connectorId, itemKey = 'calls.csv', hasWork = true }: Place,
  rows: WaitingRow[],
): Promise<{ ids: Buffer[]; executionId: Buffer }> {
  const executionId = newId();
  const [item] = await pool.query(
    `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state)
     VALUES (?, ?, ?, ?, ?, ?, '1', 'settled')`,
    [accountId, connectorId, executionId, thirtyTwo(executionId), itemKey, thirtyTwo(executionId)],
  );
  const ids = rows.map(() => newId());
  const itemId = (item as { insertId: number }).insertId;
  const calls = rows.map(({ transcript = null, transcriptUrl = null }, i) => [
    ...[ids[i], accountId, ids[i]?.toString('hex'), 'VOICE', new Date(), transcript, transcriptUrl],
    ...['{}', Buffer.alloc(12)],
    ...[connectorId, itemId, i + 2, new Date(), new Date()],
  ]);
  await pool.query(
    `INSERT INTO interaction (id, account_id, external_id, channel_type, occurred_at, transcript_text, transcript_url,
       metadata, content_hash, connector_id, source_item_id, source_line, status_modified_at, created_at) VALUES ?`,
    [calls],
  );
  const recordings = rows.flatMap(({ audio }, i) =>
    (audio?.split(';') ?? []).map((reference, position) => [
      ...[ids[i], position, accountId, connectorId, executionId, reference],
    ]),
  );
  if (recordings.length > 0)
    await pool.query(
      'INSERT INTO recording (interaction_id, position, account_id, connector_id, execution_id, reference) VALUES ?',
      [recordings],
    );
  if (!hasWork) return { ids, executionId };
  await addWork(
    pool,
    ids.map((subject) => ({ kind: 'record', accountId, subject, groupKey: connectorId })),
  );
  return { ids, executionId };
}

function thirtyTwo(id: Buffer): Buffer {
  return Buffer.concat([id, id]);
}
