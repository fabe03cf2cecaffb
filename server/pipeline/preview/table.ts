import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { readCsv } from '../../rows/parse/csv.ts';
import { readNdjson } from '../../rows/parse/ndjson.ts';
import type { CsvRow } from '../../rows/parse/scanner.ts';
import { columnsOf, csvReading, type RowSettings } from '../../rows/rows.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import { JsonValidator } from '../../rows/validate/json.ts';
import { isProblem } from '../../rows/validate/validate.ts';
import type { Beginning } from './beginning.ts';

/** Rows as they stand in their file, beside each what it would become. */
export interface PreviewTable {
  header: string[];
  rows: PreviewRow[];
}

export interface PreviewRow {
  line: number;
  fields: string[];
  problem?: PreviewProblem;
  /** An event that is nothing to store: without a value, or left out by the connector. */
  isSkipped?: true;
  /** By API names, absent values left out. */
  interaction?: Record<string, unknown>;
}

interface PreviewProblem {
  column?: string;
  code: string;
  reason: string;
}

const rowsShown = 10;
const lettersShown = 200;

/** The first rows of a file. Rows are also shown where its headings do not fit: the mapping is made from them. */
export async function tableOf(beginning: Beginning, settings: RowSettings): Promise<PreviewTable> {
  return settings.file_format === 'ndjson' ? ndjsonTable(beginning, settings) : csvTable(beginning, settings);
}

async function csvTable({ bytes, encoding, isCut }: Beginning, settings: RowSettings): Promise<PreviewTable> {
  let header: readonly string[] = [];
  const rows: CsvRow[] = [];
  for await (const block of readCsv(bytes(), encoding)) {
    header = block.header;
    rows.push(...block.rows);
  }
  // The last row of what is cut most likely looks broken for that alone.
  if (isCut && rows.length > 1 && rows.at(-1)?.problem) rows.pop();
  const read = csvReader(header, settings);
  return {
    header: header.map(shortened),
    rows: rows.slice(0, rowsShown).map((row) => ({
      ...{ line: row.line, fields: (row.problem ? [row.raw] : row.fields).map(shortened) },
      ...read(row),
    })),
  };
}

type Reading = Pick<PreviewRow, 'problem' | 'interaction'>;

function csvReader(header: readonly string[], settings: RowSettings): (row: CsvRow) => Reading {
  try {
    const { read } = csvReading(columnsOf(header, settings), settings);
    return (row) => readingOf(read(row));
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.kind !== 'config') throw thrown;
    const problem = { code: thrown.code, reason: thrown.message };
    return () => ({ problem });
  }
}

async function ndjsonTable({ bytes, encoding, isCut }: Beginning, settings: RowSettings): Promise<PreviewTable> {
  const validator = new JsonValidator(settings.timezone, settings);
  const lines = (await linesIn(bytes(), encoding)).slice(0, rowsShown);
  if (isCut && lines.length === 1 && lines[0]?.problem) lines.pop();
  return tableOfLines(
    lines.map(({ line, raw, problem }) => ({ line, raw, outcome: problem ?? validator.validate(raw) })),
  );
}

/** A line of NDJSON or an event, and what it would become. */
export interface PreviewedLine {
  line: number;
  raw: string;
  outcome: Outcome | 'skipped';
}

/** JSON objects as rows, a column for each of their keys; what is no object is shown as it is. */
export function tableOfLines(lines: readonly PreviewedLine[]): PreviewTable {
  const values = lines.map(({ raw }) => objectIn(raw));
  const header = [...new Set(values.flatMap((value) => Object.keys(value ?? {})))];
  return {
    header: header.map(shortened),
    rows: lines.map(({ line, raw, outcome }, index) => ({
      ...{ line, fields: fieldsOf(values[index], raw, header) },
      ...(outcome === 'skipped' ? { isSkipped: true } : readingOf(outcome)),
    })),
  };
}

async function linesIn(bytes: ByteStream, encoding: Beginning['encoding']) {
  const lines = [];
  for await (const block of readNdjson(bytes, encoding)) lines.push(...block);
  return lines;
}

/** Undefined where the line is no object; its reading says so. */
function objectIn(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function fieldsOf(value: Record<string, unknown> | undefined, raw: string, header: string[]): string[] {
  if (!value) return [shortened(raw)];
  return header.map((name) => shortened(textOf(value[name])));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Outcome = ReturnType<JsonValidator['validate']>;

function readingOf(outcome: Outcome): Reading {
  return isProblem(outcome) ? { problem: outcome } : { interaction: shownAs(outcome) };
}

/** By the API's names, as it would be stored. */
function shownAs(interaction: Interaction): Record<string, unknown> {
  const { startTimeMs, metadata } = interaction;
  const named = {
    external_interaction_id: interaction.externalId,
    channel_type: interaction.channelType,
    source: interaction.source,
    language: interaction.language,
    interaction_start_time: startTimeMs === null ? null : new Date(startTimeMs).toISOString(),
    duration_seconds: interaction.durationSeconds,
    audio_format: interaction.audioFormat,
    callback_url: interaction.callbackUrl,
    pii_redacted: interaction.piiRedacted,
    audio_url: interaction.audioUrl,
    transcript_url: interaction.transcriptUrl,
    transcript_text: interaction.transcriptText === null ? null : shortened(interaction.transcriptText),
    metadata: JSON.parse(metadata) as Record<string, unknown>,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== null));
}

function shortened(text: string): string {
  return text.length > lettersShown ? `${text.slice(0, lettersShown)}…` : text;
}
