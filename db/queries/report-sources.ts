import { type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import type { Measures } from '../../shared/measures.ts';
import type { Scalar, ScoreCard } from '../../shared/quality.ts';

/** What a report's columns are read from, one row an analysis with its interaction. Scores are points, times instants. */
export interface ReportSources {
  interaction_id: string;
  external_id: string;
  channel_type: string;
  status: InteractionStatus;
  pii_redacted: boolean;
  start_time: Date | null;
  duration_seconds: number | null;
  origin: string | null;
  language: string | null;
  audio_format: string | null;
  callback_url: string | null;
  audio_url: string | null;
  transcript_url: string | null;
  failure: { message: string } | null;
  status_modified_at: Date;
  interaction_created_at: Date;
  metadata: Record<string, Scalar>;
  analysis_id: string;
  /** The profile's number within this database. */
  profile: number;
  profile_version: number;
  ai_score: number | null;
  qa_score: number | null;
  final_score: number | null;
  criticality_adjusted_score: number | null;
  max_score: number | null;
  percentage_score: number | null;
  coverage_percent: number | null;
  analysis_created_at: Date;
  analysis_completed_at: Date | null;
  transcript_text: string | null;
  score_card: ScoreCard | null;
  measurement: { measures: Measures } | null;
}
export type ReportSource = keyof ReportSources;

/** How a source comes out of the database: an expression, and what its text means. */
export interface SourceText<Value> {
  sql: string;
  read(text: string): Value | null;
}

const text = (column: string): SourceText<string> => ({ sql: `JSON_QUOTE(${column})`, read: unquoted });
const number = (column: string): SourceText<number> => ({ sql: column, read: Number });
const time = (column: string): SourceText<Date> => ({ sql: column, read: instant });
const uuid = (column: string): SourceText<string> => ({ sql: `HEX(${column})`, read: uuidOf });
const json = <Value>(column: string): SourceText<Value> => ({
  sql: column,
  read: (given) => JSON.parse(given) as Value,
});

/**
 * Those short enough to come packed in one column, which the driver reads several times as fast as one column each. None
 * of them can hold the separator: it is a control character, and those are escaped in JSON.
 */
const packedSources: { [Source in Exclude<ReportSource, WideSource>]: SourceText<ReportSources[Source]> } = {
  interaction_id: uuid('i.id'),
  external_id: text('CONVERT(i.external_id USING utf8mb4)'),
  channel_type: text('i.channel_type'),
  status: { sql: 'i.status', read: (given) => interactionStatuses[Number(given)] ?? null },
  pii_redacted: { sql: 'i.pii_redacted', read: (given) => given === '1' },
  start_time: time('i.interaction_start_time'),
  duration_seconds: number('i.duration_seconds'),
  origin: text('i.source'),
  language: text('i.language'),
  audio_format: text('i.audio_format'),
  callback_url: text('i.callback_url'),
  audio_url: text('i.audio_url'),
  transcript_url: text('i.transcript_url'),
  failure: json('i.failure'),
  status_modified_at: time('i.status_modified_at'),
  interaction_created_at: time('i.created_at'),
  metadata: json('i.metadata'),
  analysis_id: uuid('a.id'),
  profile: number('a.profile_id'),
  profile_version: number('a.profile_version'),
  ai_score: number('a.ai_score'),
  qa_score: number('a.qa_score'),
  final_score: number('a.final_score'),
  criticality_adjusted_score: number('a.criticality_adjusted_score'),
  max_score: number('a.max_score'),
  percentage_score: number('a.percentage_score'),
  coverage_percent: number('a.coverage_percent'),
  analysis_created_at: time('a.created_at'),
  analysis_completed_at: time('a.completed_at'),
};

/** Those that may be megabytes long: a column each, since packing makes no text longer than a packet of the database. */
const wideSources: { [Source in WideSource]: SourceText<ReportSources[Source]> } = {
  transcript_text: { sql: 'i.transcript_text', read: (given) => given },
  score_card: json('a.score_card'),
  measurement: json('m.body'),
};
type WideSource = 'transcript_text' | 'score_card' | 'measurement';

export function sourceText(source: ReportSource): SourceText<unknown> {
  return isWide(source) ? wideSources[source] : packedSources[source];
}

export function isWide(source: ReportSource): source is WideSource {
  return Object.hasOwn(wideSources, source);
}

function unquoted(given: string): string {
  return given.includes('\\') ? (JSON.parse(given) as string) : given.slice(1, -1);
}

function uuidOf(hex: string): string {
  const id = hex.toLowerCase();
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}

/** From `2026-11-03 09:15:00.000`, which is UTC. */
export function instant(given: string): Date {
  const [year, month, day] = [digits(given, 0, 4), digits(given, 5, 7), digits(given, 8, 10)];
  const [hour, minute, second] = [digits(given, 11, 13), digits(given, 14, 16), digits(given, 17, 19)];
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, digits(given, 20, 23)));
}

function digits(given: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + given.charCodeAt(at) - 48;
  return value;
}
