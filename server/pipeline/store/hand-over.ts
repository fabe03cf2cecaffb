import { hash } from 'node:crypto';
import type { PoolConnection } from 'mysql2/promise';
import { followInteractionTimes } from '../../../db/queries/analyses.ts';
import { addPendingAttributes } from '../../../db/queries/attributes.ts';
import { addFeedback } from '../../../db/queries/feedback.ts';
import { type InteractionOrigin, requeueInteractions } from '../../../db/queries/interactions.ts';
import type { KnownInteraction } from '../../../db/queries/known-interactions.ts';
import { addRecordings, forgetRecordings } from '../../../db/queries/new-recordings.ts';
import { addWork } from '../../../db/queries/work.ts';
import { referencesIn } from '../../rows/references.ts';
import { type Announcement, announce } from '../../webhooks/announce.ts';
import type { ChunkBuffer, ChunkRow } from './chunk.ts';

/** As many as a recording's position can number. */
const maxRecordings = 255;

/** What brought the rows, and who is told of them. */
export interface HandOverOptions {
  /** The execution or the ingress job; zeroes where neither does. */
  executionId: Buffer;
  /** The connector has a results topic: what no assignment rule takes is complete as it is stored, and is told of at once. */
  hasResultsTopic?: boolean;
}

export interface StoredRows {
  buffer: ChunkBuffer;
  added: readonly ChunkRow[];
  changed: readonly ChunkRow[];
  /** What stood in the table before, by external id. */
  known: ReadonlyMap<string, KnownInteraction>;
}

/**
 * Makes the work that follows from stored rows. A changed row is neither fetched nor analysed again, unless it names
 * another audio or another transcript, or holds one that is another.
 */
export async function handOver(
  connection: PoolConnection,
  origin: InteractionOrigin,
  { executionId, hasResultsTopic = false }: HandOverOptions,
  { buffer, added, changed, known }: StoredRows,
): Promise<void> {
  const { accountId, connectorId } = origin;
  const renewed = changed.flatMap((row) => renewalOf(buffer, row, known.get(row.externalId)) ?? []);
  const toRecord = [
    ...renewed,
    ...added
      .filter(({ fate }) => fate.work === 'record')
      .map((row) => ({ id: buffer.idOf(row), audioUrl: row.audioUrl })),
  ];
  await requeueInteractions(connection, accountId, idsOf(renewed));
  await forgetRecordings(connection, accountId, idsOf(renewed.filter(({ audioUrl }) => audioUrl !== null)));
  await addRecordings(connection, origin, executionId, toRecord.flatMap(recordingsOf));
  await addWork(connection, [
    ...toRecord.map(({ id }) => ({ kind: 'record' as const, accountId, subject: id, groupKey: connectorId })),
    ...added
      .filter(({ fate }) => fate.work === 'analyse')
      .map((row) => ({ kind: 'analyse' as const, accountId, subject: buffer.idOf(row) })),
  ]);
  const changedIds = changed.flatMap(({ externalId }) => known.get(externalId)?.id ?? []);
  await addPendingAttributes(connection, accountId, [...added.map((row) => buffer.idOf(row)), ...changedIds]);
  await followInteractionTimes(
    connection,
    changedIds.map((id) => ({ accountId, id })),
  );
  if (hasResultsTopic) await addFeedback(connection, completeOf(origin, buffer, added));
  await announce(
    connection,
    accountId,
    added.flatMap((row) => ingestedOf(buffer, row)),
  );
}

function completeOf({ accountId, connectorId }: InteractionOrigin, buffer: ChunkBuffer, added: readonly ChunkRow[]) {
  const complete = added.filter(({ fate }) => fate.work === undefined);
  return complete.map((row) => ({ accountId, connectorId, subject: buffer.idOf(row) }));
}

/** Nothing where nobody wants to hear of it. */
function ingestedOf(buffer: ChunkBuffer, row: ChunkRow): Announcement[] {
  const { callbackUrl, externalId } = row;
  if (callbackUrl === null) return [];
  const interaction = { id: buffer.idOf(row), externalId };
  return [{ event: 'INTERACTION_INGESTED', callbackUrl, interaction, data: { status: 'INGESTED' } }];
}

/** An interaction whose content is to be fetched; without an audio where that stays as it is. */
interface ToRecord {
  id: Buffer;
  audioUrl: string | null;
}

function renewalOf(buffer: ChunkBuffer, row: ChunkRow, before: KnownInteraction | undefined): ToRecord | undefined {
  if (!before) return undefined;
  const newAudioUrl = row.audioUrl === before.audioUrl ? null : row.audioUrl;
  const isRenewed = newAudioUrl !== null || isOtherTranscript(buffer, row, before);
  return isRenewed ? { id: before.id, audioUrl: newAudioUrl } : undefined;
}

/** A transcript that is taken away leaves what was made of it. */
function isOtherTranscript(buffer: ChunkBuffer, row: ChunkRow, before: KnownInteraction): boolean {
  if (row.transcriptUrl !== null) return row.transcriptUrl !== before.transcriptUrl;
  const text = buffer.textOf(row, 'transcript_text');
  return text !== null && hash('sha256', text, 'hex') !== before.transcriptHash;
}

function idsOf(list: ToRecord[]): Buffer[] {
  return list.map(({ id }) => id);
}

function recordingsOf({ id, audioUrl }: ToRecord) {
  return referencesIn(audioUrl ?? '')
    .slice(0, maxRecordings)
    .map((reference, position) => ({ interactionId: id, position, reference }));
}
