import { AppError } from '../../shared/error.ts';
import type { ReportField } from '../../shared/job.ts';
import { type AcousticMeasure, acousticMeasures, type KpiResult } from '../../shared/quality.ts';
import type { Cell, ReportRow } from './row.ts';

/** Which dear parts of a row a column reads; a report loads only those that its columns need. */
export type Need = 'metadata' | 'transcript' | 'score_card' | 'measures';

export interface Column {
  /** As the report's configuration names it; it is the header too. */
  name: string;
  need?: Need;
  read(row: ReportRow): Cell;
}

type Reader = (row: ReportRow) => Cell;

const fields: Record<ReportField, Reader> = {
  interaction_id: (row) => row.interaction.id,
  external_interaction_id: (row) => row.interaction.externalId,
  channel_type: (row) => row.interaction.channelType,
  source: (row) => row.interaction.source,
  language: (row) => row.interaction.language,
  interaction_start_time: (row) => row.interaction.startTime,
  duration_seconds: (row) => row.interaction.durationSeconds,
  audio_format: (row) => row.interaction.audioFormat,
  callback_url: (row) => row.interaction.callbackUrl,
  audio_url: (row) => row.interaction.audioUrl,
  transcript_url: (row) => row.interaction.transcriptUrl,
  pii_redacted: (row) => row.interaction.piiRedacted,
  status: (row) => row.interaction.status,
  status_modified_at: (row) => row.interaction.statusModifiedAt,
  failure_reason: (row) => row.interaction.failureReason,
  created_at: (row) => row.interaction.createdAt,
  analysis_id: (row) => row.analysisId,
  profile_id: (row) => row.profileId,
  profile_name: (row) => row.profileName,
  quality_profile: (row) => row.profileName,
  quality_profile_version: (row) => row.profileVersion,
  ai_score: (row) => row.aiScore,
  qa_score: (row) => row.qaScore,
  final_score: (row) => row.finalScore,
  criticality_adjusted_score: (row) => row.criticalityAdjustedScore,
  max_score: (row) => row.maxScore,
  percentage_score: (row) => row.percentageScore,
  coverage_percent: (row) => row.coveragePercent,
  analysis_created_at: (row) => row.createdAt,
  analysis_completed_at: (row) => row.completedAt,
  transcript_text: (row) => row.interaction.transcriptText,
};

const fieldNeeds: Partial<Record<ReportField, Need>> = { transcript_text: 'transcript' };

const kpiParts: Record<string, (kpi: KpiResult) => Cell> = {
  answer: (kpi) => (kpi.state === 'answered' ? kpi.ai_response : kpi.state),
  score: (kpi) => kpi.final_score,
  justification: (kpi) => kpi.ai_justification,
};

/**
 * The column of that name: a field, `metadata.<key>`, `kpi.<name>.answer/score/justification`, `metric.<measure>`, or
 * else the metadata key of that name. Throws `invalid` for a kpi or metric column that cannot be.
 */
export function columnOf(name: string): Column {
  if (isField(name)) return { name, need: fieldNeeds[name], read: fields[name] };
  if (name.startsWith('kpi.')) return kpiColumn(name);
  if (name.startsWith('metric.')) return metricColumn(name);
  return metadataColumn(name, name.startsWith('metadata.') ? name.slice('metadata.'.length) : name);
}

function isField(name: string): name is ReportField {
  return Object.hasOwn(fields, name);
}

function metadataColumn(name: string, key: string): Column {
  // Headers of files are lower-cased on their way in.
  const keys = [key, key.toLowerCase()];
  return {
    name,
    need: 'metadata',
    read({ interaction: { metadata } }) {
      const found = keys.find((candidate) => Object.hasOwn(metadata, candidate));
      return found === undefined ? null : (metadata[found] ?? null);
    },
  };
}

/** A KPI's name may hold dots; its part is what follows the last one. */
function kpiColumn(name: string): Column {
  const dot = name.lastIndexOf('.');
  const kpiName = name.slice('kpi.'.length, dot);
  const part = kpiParts[name.slice(dot + 1)];
  if (!part || kpiName === '' || dot < 'kpi.'.length)
    throw invalidColumn(name, `KPI columns are kpi.<name>.${Object.keys(kpiParts).join(', .')}`);
  return {
    name,
    need: 'score_card',
    read(row) {
      const kpi = kpiOf(row, kpiName);
      return kpi ? part(kpi) : null;
    },
  };
}

function kpiOf(row: ReportRow, name: string): KpiResult | undefined {
  for (const category of row.scoreCard?.categories ?? [])
    for (const subCategory of category.sub_categories)
      for (const kpi of subCategory.kpis) if (kpi.kpi_name === name) return kpi;
  return undefined;
}

function metricColumn(name: string): Column {
  const measure = name.slice('metric.'.length);
  if (!isMeasure(measure)) throw invalidColumn(name, `known measures are ${acousticMeasures.join(', ')}`);
  return { name, need: 'measures', read: (row) => readable(row.measures?.values[measure] ?? null) };
}

/** Frames are 20 ms long; digits past the fourth decimal say nothing. */
function readable(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 10_000;
}

function isMeasure(name: string): name is AcousticMeasure {
  return (acousticMeasures as readonly string[]).includes(name);
}

function invalidColumn(name: string, known: string): AppError {
  return new AppError('invalid', `The report has no column "${name}": ${known}. Change the job's columns.`, {
    field: 'columns',
  });
}
