import type { PoolConnection } from 'mysql2/promise';
import {
  addRecordings,
  type InteractionOrigin,
  type KnownInteraction,
  requeueInteractions,
} from '../../../db/queries/interactions.ts';
import { addWork } from '../../../db/queries/work.ts';
import type { ChunkBuffer, ChunkRow } from './chunk.ts';

/** As many as a recording's position can number. */
const maxRecordings = 255;

export interface StoredRows {
  buffer: ChunkBuffer;
  added: readonly ChunkRow[];
  changed: readonly ChunkRow[];
  /** What stood in the table before, by external id. */
  known: ReadonlyMap<string, KnownInteraction>;
}

/**
 * Makes the work that follows from stored rows. A changed row is neither fetched nor analysed again, unless it names
 * another audio.
 */
export async function handOver(
  connection: PoolConnection,
  origin: InteractionOrigin,
  executionId: Buffer,
  { buffer, added, changed, known }: StoredRows,
): Promise<void> {
  const renewed = changed.flatMap((row) => {
    const before = known.get(row.externalId);
    const { audioUrl } = row;
    return before && audioUrl !== null && audioUrl !== before.audioUrl ? [{ id: before.id, audioUrl }] : [];
  });
  const { accountId, connectorId } = origin;
  await requeueInteractions(
    connection,
    accountId,
    renewed.map(({ id }) => id),
  );
  const toRecord = [
    ...renewed,
    ...added.flatMap((row) => (row.audioUrl === null ? [] : [{ id: buffer.idOf(row), audioUrl: row.audioUrl }])),
  ];
  await addRecordings(connection, origin, executionId, toRecord.flatMap(recordingsOf));
  await addWork(connection, [
    ...toRecord.map(({ id }) => ({ kind: 'record' as const, accountId, subject: id, groupKey: connectorId })),
    ...added
      .filter(({ fate }) => fate.work === 'analyse')
      .map((row) => ({ kind: 'analyse' as const, accountId, subject: buffer.idOf(row) })),
  ]);
}

function recordingsOf({ id, audioUrl }: { id: Buffer; audioUrl: string }) {
  return audioReferences(audioUrl).map((reference, position) => ({ interactionId: id, position, reference }));
}

/** `a.wav; b.wav` names two. */
export function audioReferences(audioUrl: string): string[] {
  return audioUrl
    .split(';')
    .map((reference) => reference.trim())
    .filter((reference) => reference !== '')
    .slice(0, maxRecordings);
}
