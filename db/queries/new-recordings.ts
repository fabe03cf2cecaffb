import type { PoolConnection } from 'mysql2/promise';
import type { AudioFacts } from '../../shared/measures.ts';
import { type InteractionOrigin, ingressConnectorId } from './interactions.ts';
import { noteReplaced } from './leftovers.ts';

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

/**
 * Forgets recordings, because the rows name others now; what lies in storage of them is removed after a while. Their
 * interactions are requeued before: whoever was just writing what he had stored has been waited for then, and nobody
 * writes more.
 */
export async function forgetRecordings(connection: PoolConnection, accountId: number, ids: Buffer[]): Promise<void> {
  if (ids.length === 0) return;
  await noteReplaced(connection, accountId, ids);
  await connection.query('DELETE FROM recording WHERE account_id = ? AND interaction_id IN (?)', [accountId, ids]);
}
