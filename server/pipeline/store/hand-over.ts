import type { PoolConnection } from 'mysql2/promise';
import {
  addRecordings,
  type InteractionOrigin,
  type KnownInteraction,
  requeueInteractions,
} from '../../../db/queries/interactions.ts';
import { addWork } from '../../../db/queries/work.ts';
import type { ChunkRow } from './chunk.ts';

/** As many as a recording's position can number. */
const maxRecordings = 255;

export interface StoredRows {
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
  { added, changed, known }: StoredRows,
): Promise<void> {
  const renewed = changed.flatMap((row) => {
    const before = known.get(row.interaction.externalId);
    const { audioUrl } = row.interaction;
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
    ...added.flatMap(({ id, interaction: { audioUrl } }) => (audioUrl === null ? [] : [{ id, audioUrl }])),
  ];
  await addRecordings(connection, origin, executionId, toRecord.flatMap(recordingsOf));
  await addWork(connection, [
    ...toRecord.map(({ id }) => ({ kind: 'record' as const, accountId, subject: id, groupKey: connectorId })),
    ...added
      .filter(({ fate }) => fate.work === 'analyse')
      .map(({ id }) => ({ kind: 'analyse' as const, accountId, subject: id })),
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
