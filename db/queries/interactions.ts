import { Readable } from 'node:stream';
import type { Pool, PoolConnection, QueryOptions, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import type { AudioFacts } from '../../shared/measures.ts';
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

export interface KnownInteraction {
  id: Buffer;
  externalId: string;
  contentHash: Buffer;
  connectorId: number;
  audioUrl: string | null;
  transcriptUrl: string | null;
}

type KnownColumns = [
  id: Buffer,
  externalId: Buffer,
  contentHash: Buffer,
  connectorId: number,
  audioUrl?: string | null,
  transcriptUrl?: string | null,
];

/**
 * Those of the external ids that the account has. A join from JSON_TABLE instead of a long IN list, which MySQL would
 * answer by reading the whole account.
 */
export async function findKnown(
  connection: PoolConnection,
  accountId: number,
  externalIds: string[],
): Promise<KnownInteraction[]> {
  if (externalIds.length === 0) return [];
  const [rows] = await connection.query<RowDataPacket[][]>({
    sql: `SELECT STRAIGHT_JOIN i.id, i.external_id, i.content_hash, i.connector_id
      FROM JSON_TABLE(?, '$[*]' COLUMNS (external_id VARCHAR(255) CHARACTER SET utf8mb4 PATH '$')) wanted
      JOIN interaction i ON i.account_id = ? AND i.external_id = CAST(wanted.external_id AS BINARY)`,
    values: [JSON.stringify(externalIds), accountId],
    rowsAsArray: true,
  });
  return (rows as unknown as KnownColumns[]).map(knownInteraction);
}

const idsPerLock = 1000;

/** Known interactions as they are now, and stay until the transaction ends. MySQL locks no join with JSON_TABLE. */
export async function lockKnown(
  connection: PoolConnection,
  accountId: number,
  ids: Buffer[],
): Promise<KnownInteraction[]> {
  const known: KnownInteraction[] = [];
  for (let start = 0; start < ids.length; start += idsPerLock) {
    const [rows] = await connection.query<RowDataPacket[][]>({
      sql: 'SELECT id, external_id, content_hash, connector_id, audio_url, transcript_url FROM interaction WHERE account_id = ? AND id IN (?) FOR UPDATE',
      values: [accountId, ids.slice(start, start + idsPerLock)],
      rowsAsArray: true,
    });
    for (const row of rows as unknown as KnownColumns[]) known.push(knownInteraction(row));
  }
  return known;
}

function knownInteraction(columns: KnownColumns): KnownInteraction {
  const [id, externalId, contentHash, connectorId, audioUrl = null, transcriptUrl = null] = columns;
  return { id, externalId: externalId.toString(), contentHash, connectorId, audioUrl, transcriptUrl };
}

/** The row names the transcript that was named before; URLs compare byte by byte. */
const isSameTranscript = 'CAST(VALUES(transcript_url) AS BINARY) = CAST(interaction.transcript_url AS BINARY)';

/**
 * Gives known interactions, whose rows are locked, their new content. Their states and their owner stay, and what was
 * fetched of a transcript that is named as before. The server assigns from left to right, so what depends on the old
 * URL comes first.
 */
export async function updateInteractions(connection: PoolConnection, text: InsertText): Promise<void> {
  const copied = contentColumns.slice(1).filter((column) => column !== 'transcript_text');
  const changing = [...copied, 'content_hash', 'source_line', 'source_item_id'];
  const assignments = [
    `transcript_text = IF(${isSameTranscript}, interaction.transcript_text, VALUES(transcript_text))`,
    `transcript_failure = IF(${isSameTranscript}, interaction.transcript_failure, NULL)`,
    ...changing.map((column) => `${column} = VALUES(${column})`),
  ].join(', ');
  await connection.query(
    plain(`${insertStatement(text)}
     ON DUPLICATE KEY UPDATE ${assignments}, occurred_at = COALESCE(VALUES(interaction_start_time), interaction.created_at)`),
  );
}

/** Forgets recordings, because the rows name others now. */
export async function forgetRecordings(connection: PoolConnection, accountId: number, ids: Buffer[]): Promise<void> {
  if (ids.length === 0) return;
  await connection.query('DELETE FROM recording WHERE account_id = ? AND interaction_id IN (?)', [accountId, ids]);
}

/**
 * Sends interactions back to the beginning, because their audio or transcript is another one. Work under way on the old
 * one is void.
 */
export async function requeueInteractions(connection: PoolConnection, accountId: number, ids: Buffer[]): Promise<void> {
  if (ids.length === 0) return;
  await connection.query("DELETE FROM work WHERE account_id = ? AND kind IN ('record', 'analyse') AND subject IN (?)", [
    accountId,
    ids,
  ]);
  await connection.query(
    'UPDATE interaction SET status = 0, unanalysed_reason = NULL, failure = NULL, transcript_failure = NULL, status_modified_at = NOW(3) WHERE account_id = ? AND id IN (?)',
    [accountId, ids],
  );
}

export interface NewRecording {
  interactionId: Buffer;
  position: number;
  reference: string;
}

/** Recordings that are to be fetched. */
export async function addRecordings(
  connection: PoolConnection,
  { accountId, connectorId }: InteractionOrigin,
  executionId: Buffer,
  list: NewRecording[],
): Promise<void> {
  if (list.length === 0) return;
  await connection.query(
    'INSERT INTO recording (interaction_id, position, account_id, connector_id, execution_id, reference) VALUES ?',
    [
      list.map(({ interactionId, position, reference }) => [
        interactionId,
        position,
        accountId,
        connectorId,
        executionId,
        reference,
      ]),
    ],
  );
}

/** A recording that lies in storage already. */
export interface StoredRecording {
  interactionId: Buffer;
  reference: string;
  storageKey: string;
  /** Hex. */
  sha256: string;
  byteSize: number;
  facts?: AudioFacts;
}

/** The one recording of an interaction that was uploaded. */
export async function addStoredRecording(
  connection: PoolConnection,
  accountId: number,
  { interactionId, reference, storageKey, sha256, byteSize, facts }: StoredRecording,
): Promise<void> {
  await connection.query(
    `INSERT INTO recording
       (interaction_id, position, account_id, connector_id, execution_id, reference, state, storage_key, sha256, byte_size, facts, fetched_at)
     VALUES (?, 0, ?, ?, ?, ?, 'here', ?, ?, ?, ?, NOW(3))`,
    [
      interactionId,
      accountId,
      ingressConnectorId,
      Buffer.alloc(16),
      reference,
      storageKey,
      Buffer.from(sha256, 'hex'),
      byteSize,
      facts ? JSON.stringify(facts) : null,
    ],
  );
}

export interface StoredInteraction {
  id: Buffer;
  status: InteractionStatus;
  /** 0 for what came over the API. */
  connectorId: number;
  sourceItemId: number;
  createdAt: Date;
}

/** The account's interaction of that external id. */
export async function findByExternalId(
  pool: Pool,
  accountId: number,
  externalId: string,
): Promise<StoredInteraction | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, status, connector_id, source_item_id, created_at FROM interaction WHERE account_id = ? AND external_id = ?',
    [accountId, Buffer.from(externalId)],
  );
  const [row] = rows;
  const status = row && interactionStatuses[row.status];
  if (!row || !status) return undefined;
  const { id, connector_id: connectorId, source_item_id: sourceItemId, created_at: createdAt } = row;
  return { id, status, connectorId, sourceItemId, createdAt };
}

/** What came over the API under this external id, not before `since`. */
export async function findReceived(
  pool: Pool,
  accountId: number,
  externalId: string,
  since: Date,
): Promise<StoredInteraction | undefined> {
  const found = await findByExternalId(pool, accountId, externalId);
  return found?.connectorId === ingressConnectorId && found.createdAt >= since ? found : undefined;
}
