import type { Pool, RowDataPacket } from 'mysql2/promise';
import { beyond, type Place, readStretches } from './keyset.ts';
import { allOf, type Scope, scopeCondition } from './scope.ts';

/** Which analyses a report holds. */
export interface ReportFilter {
  accountId: number;
  /** Absent: all of them. */
  profileId?: number;
  /** `occurred_at` from `from` on and before `to`. */
  from: Date;
  to: Date;
  /** Absent: the whole account. */
  scope?: Scope;
}

/** What is dear to read and not every report wants. */
export interface ReportParts {
  metadata: boolean;
  transcript: boolean;
  scoreCard: boolean;
  measures: boolean;
}

const interactionColumns = `i.id AS interaction_id, i.external_id, i.channel_type, i.status, i.pii_redacted,
  i.interaction_start_time, i.duration_seconds, i.source, i.language, i.audio_format, i.callback_url, i.audio_url,
  i.transcript_url, i.failure, i.status_modified_at, i.created_at AS interaction_created_at`;

const analysisColumns = `a.id, a.occurred_at, a.profile_version, a.ai_score, a.qa_score, a.final_score,
  a.criticality_adjusted_score, a.max_score, a.percentage_score, a.coverage_percent, a.created_at, a.completed_at, a.profile_id`;

/** The page of completed analyses beyond `after`, in order of (occurred_at, id). Columns are those of the tables. */
export async function reportRowsPage(
  pool: Pool,
  filter: ReportFilter,
  parts: ReportParts,
  { after, limit }: { after: Place | undefined; limit: number },
): Promise<RowDataPacket[]> {
  const select = selectOf(parts);
  const where = filterOf(filter);
  return readStretches(
    beyond(after, { at: 'a.occurred_at', id: 'a.id' }, 'oldest_first'),
    limit,
    async (stretch, n) => {
      const sql = `${select} WHERE ${where.sql} AND ${stretch.sql} ORDER BY a.occurred_at, a.id LIMIT ?`;
      const [rows] = await pool.query<RowDataPacket[]>(sql, [...where.values, ...stretch.values, n]);
      return rows;
    },
  );
}

/** How many rows the report would have. */
export async function countReportRows(pool: Pool, filter: ReportFilter): Promise<number> {
  const where = filterOf(filter);
  const join = filter.scope ? 'JOIN interaction i ON i.id = a.interaction_id' : '';
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM analysis a ${join} WHERE ${where.sql}`,
    where.values,
  );
  return rows[0]?.n ?? 0;
}

function selectOf({ metadata, transcript, scoreCard, measures }: ReportParts): string {
  const optional = [
    metadata && 'i.metadata',
    transcript && 'i.transcript_text',
    scoreCard && 'a.score_card',
    measures && 'm.body AS measurement',
  ].filter((column) => column !== false);
  // The analyses in their index's order (the key on account, time and id has its first column's name): left to choose,
  // MySQL takes the key on the status and sorts the whole account for every page.
  return `SELECT STRAIGHT_JOIN ${[analysisColumns, interactionColumns, ...optional].join(', ')}
    FROM analysis a FORCE INDEX (by_time)
    JOIN interaction i ON i.id = a.interaction_id
    ${measures ? 'LEFT JOIN measurement m ON m.interaction_id = a.interaction_id' : ''}`;
}

function filterOf({ accountId, profileId, from, to, scope }: ReportFilter) {
  return allOf([
    { sql: 'a.account_id = ? AND a.occurred_at >= ? AND a.occurred_at < ?', values: [accountId, from, to] },
    { sql: "a.status = 'completed'", values: [] },
    profileId === undefined ? undefined : { sql: 'a.profile_id = ?', values: [profileId] },
    scope && scopeCondition(scope),
  ]);
}
