import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { type InteractionOrigin, ingressConnectorId } from './interactions.ts';

export interface KnownInteraction {
  id: Buffer;
  externalId: string;
  contentHash: Buffer;
  connectorId: number;
  audioUrl: string | null;
  transcriptUrl: string | null;
  /** SHA-256, hex; only of one that is locked. */
  transcriptHash: string | null;
}

type KnownColumns = [
  id: Buffer,
  externalId: Buffer,
  contentHash: Buffer,
  connectorId: number,
  audioUrl?: string | null,
  transcriptUrl?: string | null,
  transcriptHash?: string | null,
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
      sql: 'SELECT id, external_id, content_hash, connector_id, audio_url, transcript_url, SHA2(transcript_text, 256) FROM interaction WHERE account_id = ? AND id IN (?) FOR UPDATE',
      values: [accountId, ids.slice(start, start + idsPerLock)],
      rowsAsArray: true,
    });
    for (const row of rows as unknown as KnownColumns[]) known.push(knownInteraction(row));
  }
  return known;
}

/**
 * connector id → the name of who keeps what it has brought: the others among these interactions' connectors that are still
 * there, and the API. What a deleted connector has brought is nobody's.
 */
export async function keepersOf(
  connection: PoolConnection,
  { accountId, connectorId: own }: InteractionOrigin,
  known: Iterable<KnownInteraction>,
): Promise<Map<number, string>> {
  const others = new Set<number>();
  for (const { connectorId } of known) if (connectorId !== own) others.add(connectorId);
  const keepers = new Map<number, string>();
  if (others.delete(ingressConnectorId)) keepers.set(ingressConnectorId, 'Standard API');
  if (others.size === 0) return keepers;
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id, name FROM connector WHERE account_id = ? AND id IN (?) AND deleted_at IS NULL',
    [accountId, [...others]],
  );
  for (const { id, name } of rows) keepers.set(id, name);
  return keepers;
}

function knownInteraction(columns: KnownColumns): KnownInteraction {
  const [id, externalId, contentHash, connectorId, audioUrl = null, transcriptUrl = null, transcriptHash = null] =
    columns;
  return { id, externalId: externalId.toString(), contentHash, connectorId, audioUrl, transcriptUrl, transcriptHash };
}
