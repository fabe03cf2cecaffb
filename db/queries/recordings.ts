import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { interactionStatuses, type RecordingState } from '../../shared/interaction.ts';
import { transaction } from '../database.ts';
import { type TranscriptOutcome, writeTranscript } from './transcripts.ts';
import { addWork, type Work } from './work.ts';
import { lockHeld, removeWork } from './work-claim.ts';

export interface RecordingRow {
  position: number;
  connectorId: number;
  /** As the row named it: a path or a link. */
  reference: string;
  state: RecordingState;
  /** How long ago its source first said that it is not there yet; undefined where it never did. */
  lateSeconds: number | undefined;
}

/** An interaction with its recordings and its transcript, fetched or not. */
export interface RecordingList {
  externalId: string;
  /** Where its account wants to hear of it. */
  callbackUrl: string | null;
  hasTranscript: boolean;
  /** The `transcript_url` of a transcript that is still to be fetched. */
  waitingTranscript: string | undefined;
  /** How long ago its source first said that it is not there yet; undefined where it never did. */
  transcriptLateSeconds: number | undefined;
  /** The connector that brought the interaction. */
  connectorId: number;
  /** The item whose row named the recordings; paths are relative to it. */
  itemKey: string;
  recordings: RecordingRow[];
}

/** For each piece of work what its interaction names, in the same order; undefined where it was erased. */
export async function loadRecordings(pool: Pool, list: Work[]): Promise<(RecordingList | undefined)[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.id, i.account_id, i.external_id, i.callback_url, i.connector_id AS owner_id, s.item_key,
            i.transcript_text IS NOT NULL AND i.transcript_text <> '' AS has_transcript,
            IF(i.transcript_text IS NULL AND i.transcript_failure IS NULL, i.transcript_url, NULL) AS waiting_transcript,
            TIMESTAMPDIFF(SECOND, i.transcript_late_since, NOW(3)) AS transcript_late_seconds,
            r.position, r.connector_id, r.reference, r.state,
            TIMESTAMPDIFF(SECOND, r.late_since, NOW(3)) AS late_seconds
       FROM interaction i
       LEFT JOIN recording r FORCE INDEX (PRIMARY) ON r.interaction_id = i.id AND r.account_id = i.account_id
       LEFT JOIN source_item s ON s.id = i.source_item_id AND s.account_id = i.account_id
      WHERE i.id IN (?) AND i.account_id IN (?)
      ORDER BY i.id, r.position`,
    [list.map(({ subject }) => subject), [...new Set(list.map(({ accountId }) => accountId))]],
  );
  const found = new Map<string, RecordingList>();
  for (const row of rows) {
    const key = keyOf(row.account_id, row.id);
    const entry: RecordingList = found.get(key) ?? {
      externalId: row.external_id.toString('utf8'),
      callbackUrl: row.callback_url,
      hasTranscript: row.has_transcript === 1,
      waitingTranscript: row.waiting_transcript ?? undefined,
      transcriptLateSeconds: row.transcript_late_seconds ?? undefined,
      connectorId: row.owner_id,
      itemKey: row.item_key?.toString('utf8') ?? '',
      recordings: [],
    };
    if (row.position !== null)
      entry.recordings.push({
        position: row.position,
        connectorId: row.connector_id,
        reference: row.reference,
        state: row.state,
        lateSeconds: row.late_seconds ?? undefined,
      });
    found.set(key, entry);
  }
  return list.map(({ accountId, subject }) => found.get(keyOf(accountId, subject)));
}

function keyOf(accountId: number, interactionId: Buffer): string {
  return `${accountId} ${interactionId.toString('hex')}`;
}

export type RecordingOutcome =
  | { position: number; state: 'here'; storageKey: string; sha256: string; byteSize: number }
  | { position: number; state: 'failed'; failure: Failure };

type Owner = Pick<Work, 'accountId' | 'subject'>;

/** Writes outcomes of recordings that are still there, all in one statement. */
export async function writeOutcomes(
  connection: Pool | PoolConnection,
  list: { work: Owner; outcome: RecordingOutcome }[],
): Promise<void> {
  if (list.length === 0) return;
  const [first, ...others] = list;
  const columns = ['subject', 'position', 'account', 'state', 'storage_key', 'sha256', 'byte_size', 'failure'];
  const named = first ? `SELECT ${columns.map((name) => `? AS ${name}`).join(', ')}` : '';
  const rows = [named, ...others.map(() => `SELECT ${columns.map(() => '?').join(', ')}`)].join(' UNION ALL ');
  await connection.query(
    `UPDATE recording r
       JOIN (${rows}) o ON r.interaction_id = o.subject AND r.position = o.position AND r.account_id = o.account
        SET r.state = o.state, r.storage_key = o.storage_key, r.sha256 = o.sha256, r.byte_size = o.byte_size,
            r.failure = o.failure, r.fetched_at = NOW(3)`,
    list.flatMap(({ work, outcome }) => [work.subject, outcome.position, work.accountId, ...columnsOf(outcome)]),
  );
}

/** Notes when their source first said that they are not there yet. */
export async function markLate(pool: Pool, { accountId, subject }: Owner, positions: number[]): Promise<void> {
  await pool.query(
    `UPDATE recording SET late_since = COALESCE(late_since, NOW(3))
      WHERE interaction_id = ? AND account_id = ? AND position IN (?)`,
    [subject, accountId, positions],
  );
}

function columnsOf(outcome: RecordingOutcome): unknown[] {
  return outcome.state === 'here'
    ? ['here', outcome.storageKey, Buffer.from(outcome.sha256, 'hex'), outcome.byteSize, null]
    : ['failed', null, null, null, JSON.stringify(outcome.failure)];
}

export interface RecordResult {
  work: Work;
  outcomes: RecordingOutcome[];
  /** Where one was to be fetched. */
  transcript?: TranscriptOutcome | undefined;
  /** What follows: an analysis, the end of the interaction as failed, or nothing where it was erased. */
  next: 'analyse' | FailedEnd | 'nothing';
}

/** An interaction that ends as failed, and who is to hear of it. */
export interface FailedEnd {
  failure: Failure;
  externalId: string;
  callbackUrl: string | null;
  /** The connector that brought it. */
  connectorId: number;
}

/** Those interactions that failed, in the transaction that says so. */
export type AnnounceFailed = (connection: PoolConnection, list: { work: Work; end: FailedEnd }[]) => Promise<void>;

/**
 * Writes many results in one transaction and says for each whether it counts: false means that its lease was lost, and
 * nothing of it was written.
 */
export async function settleRecordings(
  pool: Pool,
  results: RecordResult[],
  announceFailed: AnnounceFailed,
): Promise<boolean[]> {
  return transaction(pool, async (connection) => {
    const held = await lockHeld(
      connection,
      results.map(({ work }) => work),
    );
    const valid = results.filter(({ work }) => held.has(work));
    await writeOutcomes(
      connection,
      valid.flatMap(({ work, outcomes }) => outcomes.map((outcome) => ({ work, outcome }))),
    );
    for (const { work, transcript, next } of valid) {
      if (transcript) await writeTranscript(connection, work, transcript);
      if (typeof next === 'object') await failInteraction(connection, work, next.failure);
    }
    await announceFailed(
      connection,
      valid.flatMap(({ work, next }) => (typeof next === 'object' ? [{ work, end: next }] : [])),
    );
    const analyses = valid.filter(({ next }) => next === 'analyse').map(({ work }) => work);
    await addWork(
      connection,
      analyses.map(({ accountId, subject }) => ({ kind: 'analyse', accountId, subject })),
    );
    await removeWork(connection, held);
    return results.map(({ work }) => held.has(work));
  });
}

async function failInteraction(
  connection: PoolConnection,
  { accountId, subject }: Work,
  failure: Failure,
): Promise<void> {
  await connection.query<ResultSetHeader>(
    'UPDATE interaction SET status = ?, failure = ?, status_modified_at = NOW(3) WHERE id = ? AND account_id = ?',
    [interactionStatuses.indexOf('failed'), JSON.stringify(failure), subject, accountId],
  );
}

/** The executions that brought these interactions' recordings; undefined for those without any. */
export async function executionsOfRecordings(
  connection: PoolConnection,
  owners: readonly Owner[],
): Promise<(interactionId: Buffer) => Buffer | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT interaction_id, execution_id FROM recording WHERE interaction_id IN (?) AND account_id IN (?) AND position = 0',
    [owners.map(({ subject }) => subject), [...new Set(owners.map(({ accountId }) => accountId))]],
  );
  const found = new Map<string, Buffer>(rows.map((row) => [row.interaction_id.toString('hex'), row.execution_id]));
  return (interactionId) => found.get(interactionId.toString('hex'));
}
