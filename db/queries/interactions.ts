import { Readable } from 'node:stream';
import type { PoolConnection, QueryOptions, ResultSetHeader } from 'mysql2/promise';
import { isDuplicateKey } from '../database.ts';

/** Stands where a connector would: what came over the API has none. */
export const ingressConnectorId = 0;

/** Whose rows are stored, and from where. */
export interface InteractionOrigin {
  accountId: number;
  connectorId: number;
  sourceItemId: number;
}

/** The columns of a row's content, in the order in which the store step writes them. */
export const contentColumns = [
  'external_id',
  'channel_type',
  'source',
  'language',
  'interaction_start_time',
  'duration_seconds',
  'audio_format',
  'callback_url',
  'pii_redacted',
  'audio_url',
  'transcript_url',
  'transcript_text',
  'metadata',
] as const;

const columnsAfter = ['content_hash', 'source_line', 'status', 'unanalysed_reason'];
const rowColumns = ['id', ...contentColumns, ...columnsAfter];

/** What is written for every row of a chunk alike. A call without a time of its own occurred when it came. */
const commonColumns = [
  'account_id',
  'connector_id',
  'source_item_id',
  'status_modified_at',
  'created_at',
  'occurred_at',
] as const;

/**
 * Stores rows that are written as LOAD DATA reads them (tabs, line feeds, backslashes), by LOAD DATA LOCAL. The server
 * treats it as INSERT IGNORE whatever its mode, so false says that not every row went in as it was, and that the
 * transaction must be rolled back.
 */
export async function loadInteractions(
  connection: PoolConnection,
  origin: InteractionOrigin,
  pieces: () => Iterable<Buffer>,
  rowCount: number,
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>({
    sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE interaction CHARACTER SET binary (${rowColumns.join(',')})
      SET account_id = ${origin.accountId}, connector_id = ${origin.connectorId}, source_item_id = ${origin.sourceItemId},
        status_modified_at = NOW(3), created_at = NOW(3), occurred_at = COALESCE(interaction_start_time, NOW(3))`,
    infileStreamFactory: () => Readable.from(pieces(), { objectMode: false }),
  });
  return result.affectedRows === rowCount && result.warningStatus === 0;
}

/** Rows written as SQL. */
export interface InsertText {
  /** Those of contentColumns that have values. */
  columns: string[];
  /** `(…),(…)`: id, the columns, content_hash, source_line, status, unanalysed_reason, then commonValues() and a time. */
  values: string;
}

/** Stores rows written as SQL. False: some id was there, and the transaction must be rolled back. */
export async function insertInteractions(connection: PoolConnection, text: InsertText): Promise<boolean> {
  try {
    await connection.query(plain(insertStatement(text)));
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** A long statement without placeholders. Without null for its values the driver looks for them, byte by byte. */
function plain(sql: string): QueryOptions {
  return { sql, values: null };
}

function insertStatement({ columns, values }: InsertText): string {
  return `INSERT INTO interaction (${['id', ...columns, ...columnsAfter, ...commonColumns].join(',')}) VALUES ${values}`;
}

/** The end of each row's values for insertInteractions(). */
export function commonValues({ accountId, connectorId, sourceItemId }: InteractionOrigin): string {
  return `${accountId},${connectorId},${sourceItemId},NOW(3),NOW(3)`;
}

/** The row names the transcript that was named before; URLs compare byte by byte. */
const isSameTranscript = 'CAST(VALUES(transcript_url) AS BINARY) = CAST(interaction.transcript_url AS BINARY)';
/** What was made of a transcript stays where a row brings none: sources that tell it in one file leave it out of another. */
const keepsTranscript = `${isSameTranscript} OR VALUES(transcript_url) IS NULL AND VALUES(transcript_text) IS NULL`;
const isSameAudio = 'CAST(VALUES(audio_url) AS BINARY) <=> CAST(interaction.audio_url AS BINARY)';

/**
 * Gives known interactions, whose rows are locked, their new content; from now on they are this connector's. Their states
 * stay; so do the transcript that was fetched of the same URL, or that the row does not name, and the length that was
 * measured of the same audio where the row tells none. The server assigns from left to right, so what depends on the old
 * URLs comes first.
 */
export async function updateInteractions(connection: PoolConnection, text: InsertText): Promise<void> {
  const kept = ['transcript_text', 'duration_seconds'];
  const copied = contentColumns.slice(1).filter((column) => !kept.includes(column));
  const changing = [...copied, 'content_hash', 'source_line', 'source_item_id', 'connector_id'];
  const assignments = [
    `transcript_text = IF(${keepsTranscript}, interaction.transcript_text, VALUES(transcript_text))`,
    `transcript_failure = IF(${isSameTranscript}, interaction.transcript_failure, NULL)`,
    `transcript_late_since = IF(${isSameTranscript}, interaction.transcript_late_since, NULL)`,
    `duration_seconds = COALESCE(VALUES(duration_seconds), IF(${isSameAudio}, interaction.duration_seconds, NULL))`,
    ...changing.map((column) => `${column} = VALUES(${column})`),
  ].join(', ');
  await connection.query(
    plain(`${insertStatement(text)}
     ON DUPLICATE KEY UPDATE ${assignments}, occurred_at = COALESCE(VALUES(interaction_start_time), interaction.created_at)`),
  );
}

/**
 * Sends interactions back to the beginning, because their audio or transcript is another one. Work under way on the old
 * one is void. To be called before their recordings are written: whoever settles such work locks it first, too.
 */
export async function requeueInteractions(connection: PoolConnection, accountId: number, ids: Buffer[]): Promise<void> {
  if (ids.length === 0) return;
  await connection.query("DELETE FROM work WHERE account_id = ? AND kind IN ('record', 'analyse') AND subject IN (?)", [
    accountId,
    ids,
  ]);
  // Assigned from left to right: a transcript that still waits has waited since the same time as before.
  await connection.query(
    `UPDATE interaction SET status = 0, unanalysed_reason = NULL, failure = NULL,
        transcript_late_since = IF(transcript_failure IS NULL, transcript_late_since, NULL), transcript_failure = NULL,
        status_modified_at = NOW(3)
      WHERE account_id = ? AND id IN (?)`,
    [accountId, ids],
  );
  for (const noted of ['failed_transcript', 'failed_before_scoring'])
    await connection.query(`DELETE FROM ${noted} WHERE account_id = ? AND interaction_id IN (?)`, [accountId, ids]);
}
