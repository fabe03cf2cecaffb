import type { ProfileName } from '../../db/queries/profile-names.ts';
import type { ReportSource, ReportSources } from '../../db/queries/report-sources.ts';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { type AcousticMeasure, acousticMeasures } from '../../shared/quality.ts';
import type { ReportField } from '../../shared/report.ts';
import type { Cell } from './cell.ts';
import { invalidColumn } from './invalid-column.ts';
import { categoryColumn, kpiColumn } from './score-columns.ts';

/** The sources of one row that its report's columns read; those that none reads are missing. */
export type ReportRow = Partial<ReportSources>;

/** What a column's cells are; `text` may hold anything, each as text where a format wants one type. */
export type ColumnKind = 'text' | 'number' | 'boolean' | 'time';

/** A column as a file has it. */
export interface HeadedColumn {
  header: string;
  kind: ColumnKind;
  /** Its cells are texts that are read as their kind by the formats that know kinds. */
  isDeclared?: boolean;
}

export interface Column extends HeadedColumn {
  source: ReportSource;
  /** Of a column of metadata: its key. */
  metadataKey?: string;
  /** Of a KPI's column: its name. */
  kpiName?: string;
  /** Of a category's column: its name. */
  categoryName?: string;
  read(row: ReportRow, profiles: Profiles): Cell;
}

/** All profiles that the account ever had, by their number. */
export type Profiles = ReadonlyMap<number, ProfileName>;

/** A column without its heading. */
export type Field = Omit<Column, 'header'>;

const fields: Record<ReportField, Field> = {
  interaction_id: plain('interaction_id', 'text'),
  external_interaction_id: plain('external_id', 'text'),
  channel_type: plain('channel_type', 'text'),
  source: plain('origin', 'text'),
  language: plain('language', 'text'),
  interaction_start_time: plain('start_time', 'time'),
  duration_seconds: plain('duration_seconds', 'number'),
  audio_format: plain('audio_format', 'text'),
  callback_url: plain('callback_url', 'text'),
  audio_url: plain('audio_url', 'text'),
  transcript_url: plain('transcript_url', 'text'),
  pii_redacted: plain('pii_redacted', 'boolean'),
  status: plain('status', 'text'),
  status_modified_at: plain('status_modified_at', 'time'),
  failure_reason: { kind: 'text', source: 'failure', read: ({ failure }) => failure?.message ?? null },
  created_at: plain('interaction_created_at', 'time'),
  analysis_id: plain('analysis_id', 'text'),
  profile_id: ofProfile(({ uid }) => uuidText(uid)),
  profile_name: ofProfile(({ name }) => name),
  quality_profile: ofProfile(({ name }) => name),
  quality_profile_version: plain('profile_version', 'number'),
  ai_score: plain('ai_score', 'number'),
  qa_score: plain('qa_score', 'number'),
  final_score: plain('final_score', 'number'),
  criticality_adjusted_score: plain('criticality_adjusted_score', 'number'),
  max_score: plain('max_score', 'number'),
  percentage_score: plain('percentage_score', 'number'),
  coverage_percent: plain('coverage_percent', 'number'),
  analysis_created_at: plain('analysis_created_at', 'time'),
  analysis_completed_at: plain('analysis_completed_at', 'time'),
  transcript_text: plain('transcript_text', 'text'),
};

type PlainSource = Exclude<ReportSource, 'failure' | 'metadata' | 'profile' | 'score_card' | 'measurement'>;

function plain(source: PlainSource, kind: ColumnKind): Field {
  return { kind, source, read: (row) => row[source] ?? null };
}

function ofProfile(text: (profile: ProfileName) => string): Field {
  return { kind: 'text', source: 'profile', read: (row, profiles) => text(profileOf(row, profiles)) };
}

function profileOf({ profile }: ReportRow, profiles: Profiles): ProfileName {
  const found = profile === undefined ? undefined : profiles.get(profile);
  if (found) return found;
  throw new AppError('internal', `An analysis names quality profile ${profile}, which the account never had.`);
}

/**
 * The column of that name: a field, `metadata.<key>`, `kpi.<name>.<part>`, `category.<name>.<score>`, `metric.<measure>`,
 * or else the metadata key of that name. Throws `invalid` for a kpi or metric column that cannot be.
 */
export function columnOf(name: string, header = name): Column {
  return { header, ...fieldOf(name) };
}

function fieldOf(name: string): Field {
  if (isField(name)) return fields[name];
  if (name.startsWith('kpi.')) return kpiColumn(name);
  if (name.startsWith('metric.')) return metricColumn(name);
  if (name.startsWith('metadata.')) return metadataColumn(name.slice('metadata.'.length));
  return categoryColumn(name) ?? metadataColumn(name);
}

function isField(name: string): name is ReportField {
  return Object.hasOwn(fields, name);
}

function metadataColumn(key: string): Field {
  // Headers of files are lower-cased on their way in.
  const keys = [key, key.toLowerCase()];
  return {
    kind: 'text',
    source: 'metadata',
    metadataKey: key,
    read({ metadata = {} }) {
      const found = keys.find((candidate) => Object.hasOwn(metadata, candidate));
      return found === undefined ? null : (metadata[found] ?? null);
    },
  };
}

function metricColumn(name: string): Field {
  const measure = name.slice('metric.'.length);
  if (!isMeasure(measure)) throw invalidColumn(name, `known measures are ${acousticMeasures.join(', ')}`);
  return {
    kind: 'number',
    source: 'measurement',
    read: ({ measurement }) => readable(measurement?.measures.values[measure] ?? null),
  };
}

/** Frames are 20 ms long; digits past the fourth decimal say nothing. */
function readable(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 10_000;
}

function isMeasure(name: string): name is AcousticMeasure {
  return (acousticMeasures as readonly string[]).includes(name);
}
