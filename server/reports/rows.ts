import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Place } from '../../db/queries/keyset.ts';
import { type ProfileName, profileNames } from '../../db/queries/profile-names.ts';
import { type ReportFilter, type ReportParts, reportRowsPage } from '../../db/queries/report-rows.ts';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import type { Column } from './columns.ts';
import type { Cell, ReportInteraction, ReportRow } from './row.ts';

/** Rows read at once: few where each brings a score card or a transcript of its own. */
const pageRows = { slim: 2_000, wide: 250 };

/**
 * A report's cells, one row an analysis, oldest first. The database is read page by page, the next one while the rows of
 * the one before are used, so no connection is held and memory is flat however slowly they are taken. `signal` ends it by throwing its reason.
 */
export async function* reportCells(
  pool: Pool,
  filter: ReportFilter,
  columns: Column[],
  signal?: AbortSignal,
): AsyncGenerator<Cell[]> {
  const parts = partsFor(columns);
  const profiles = await profileNames(pool, filter.accountId);
  for await (const page of pages(pool, filter, parts)) {
    signal?.throwIfAborted();
    for (const packet of page) {
      const row = reportRow(packet, profiles.get(packet.profile_id));
      yield columns.map((column) => column.read(row));
    }
  }
}

function partsFor(columns: Column[]): ReportParts {
  const needs = new Set(columns.map((column) => column.need));
  return {
    metadata: needs.has('metadata'),
    transcript: needs.has('transcript'),
    scoreCard: needs.has('score_card'),
    measures: needs.has('measures'),
  };
}

async function* pages(pool: Pool, filter: ReportFilter, parts: ReportParts): AsyncGenerator<RowDataPacket[]> {
  const limit = parts.transcript || parts.scoreCard || parts.measures ? pageRows.wide : pageRows.slim;
  const read = (after: Place | undefined) => settled(reportRowsPage(pool, filter, parts, { after, limit }));
  let next = read(undefined);
  for (;;) {
    const page = unwrapped(await next);
    const last = page.length === limit ? page.at(-1) : undefined;
    if (last) next = read({ at: last.occurred_at, id: last.id });
    yield page;
    if (!last) return;
  }
}

/** A page read ahead may fail while nobody waits for it; its error is kept until its turn comes. */
function settled(page: Promise<RowDataPacket[]>): Promise<PromiseSettledResult<RowDataPacket[]>> {
  return Promise.allSettled([page]).then(([result]) => result);
}

function unwrapped(result: PromiseSettledResult<RowDataPacket[]>): RowDataPacket[] {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function reportRow(row: RowDataPacket, profile: ProfileName | undefined): ReportRow {
  if (!profile) throw new AppError('internal', 'An analysis names a quality profile that the account never had.');
  return {
    interaction: reportInteraction(row),
    analysisId: uuidText(row.id),
    profileId: uuidText(profile.uid),
    profileName: profile.name,
    profileVersion: row.profile_version,
    aiScore: row.ai_score,
    qaScore: row.qa_score,
    finalScore: row.final_score,
    criticalityAdjustedScore: row.criticality_adjusted_score,
    maxScore: row.max_score,
    percentageScore: row.percentage_score,
    coveragePercent: row.coverage_percent,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    scoreCard: row.score_card ? JSON.parse(row.score_card) : null,
    measures: row.measurement ? JSON.parse(row.measurement).measures : null,
  };
}

function reportInteraction(row: RowDataPacket): ReportInteraction {
  return {
    id: uuidText(row.interaction_id),
    externalId: row.external_id.toString('utf8'),
    channelType: row.channel_type,
    status: interactionStatuses[row.status] as InteractionStatus,
    piiRedacted: row.pii_redacted === 1,
    startTime: row.interaction_start_time,
    durationSeconds: row.duration_seconds,
    source: row.source,
    language: row.language,
    audioFormat: row.audio_format,
    callbackUrl: row.callback_url,
    audioUrl: row.audio_url,
    transcriptUrl: row.transcript_url,
    transcriptText: row.transcript_text ?? null,
    failureReason: row.failure ? JSON.parse(row.failure).message : null,
    statusModifiedAt: row.status_modified_at,
    createdAt: row.interaction_created_at,
    metadata: row.metadata ? JSON.parse(row.metadata) : {},
  };
}
