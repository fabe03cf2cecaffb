import { z } from 'zod';

/** Fields of an interaction by their API names. Every other column of a file becomes metadata. */
export const canonicalFields = [
  'external_interaction_id',
  'channel_type',
  'source',
  'language',
  'interaction_start_time',
  'duration_seconds',
  'audio_format',
  'callback_url',
  'pii_redacted',
  'audio_url',
  'transcript_url',
  'transcript_text',
  'file_url',
  'file_type',
] as const;
export type CanonicalField = (typeof canonicalFields)[number];

export const interactionStatuses = ['queued', 'processing', 'completed', 'failed'] as const;
export type InteractionStatus = (typeof interactionStatuses)[number];

export const analysisStatuses = ['queued', 'processing', 'completed', 'failed'] as const;
export type AnalysisStatus = (typeof analysisStatuses)[number];

/** Why an interaction has no analysis although it is here. */
export const unanalysedReasons = ['no_rule', 'no_match', 'sampled_out'] as const;
export type UnanalysedReason = (typeof unanalysedReasons)[number];

export const recordingStates = ['waiting', 'here', 'failed'] as const;
export type RecordingState = (typeof recordingStates)[number];

/** What is taken of an interaction, whichever way it comes; lengths without a unit are in characters. */
export const limits = {
  externalIdBytes: 255,
  channelTypeLength: 32,
  sourceLength: 191,
  languageLength: 32,
  audioFormatLength: 32,
  /** What a TEXT column holds. */
  urlBytes: 65_535,
  /** What an unsigned INT column holds. */
  durationSeconds: 4_294_967_295,
  /** 100 KB of UTF-8, the contract's limit. */
  transcriptBytes: 102_400,
  metadataKeys: 50,
} as const;

/** source header → canonical name (or a metadata key); headers are compared trimmed and lower-cased. */
export const columnMappingSchema = z.record(z.string().min(1), z.string().min(1));
export type ColumnMapping = z.infer<typeof columnMappingSchema>;

/** Why a row was not taken. Shown beside file, line and column. */
export const rowCodes = [
  'missing_field',
  'no_content',
  'bad_time',
  'bad_number',
  'bad_boolean',
  'too_long',
  'too_many_metadata_keys',
  'unclosed_quote',
  'stray_quote',
  'wrong_column_count',
  'row_too_large',
  'bad_encoding',
  'bad_json',
  'bad_value',
  'duplicate',
  'cap_exceeded',
] as const;
export type RowCode = (typeof rowCodes)[number];
