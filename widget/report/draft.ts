import {
  type DateRange,
  defaultColumns,
  type FileFormat,
  headerOf,
  type ReportColumn,
  type ReportConfig,
} from '../../shared/report.ts';
import type { Preferences } from '../api/types.ts';
import { cleaned } from './column-list.ts';

/** What the configuration of a report holds while somebody changes it. */
export interface ReportDraft {
  /** By name; empty: all profiles. */
  profile: string;
  range: DateRange;
  /** By name; empty: none. */
  savedFilter: string;
  /** Headings as they are typed. */
  columns: ReportColumn[];
  /** Undefined: each destination gets the format that its connector is set to. */
  fileFormat: FileFormat | undefined;
  /** Of CSV files alone; kept while another format is chosen. */
  bom: boolean;
}

/** A new report begins with the columns and the format that its user chose last. */
export function newReport(preferences: Preferences = {}): ReportDraft {
  return {
    profile: '',
    range: 'last_7_days',
    savedFilter: '',
    columns: [...(preferences.report_columns ?? defaultColumns)],
    fileFormat: preferences.report_file_format ?? 'csv',
    bom: false,
  };
}

export function reportDraftOf(config: ReportConfig): ReportDraft {
  return {
    profile: config.quality_profile ?? '',
    range: config.date_range,
    savedFilter: config.saved_filter ?? '',
    columns: [...config.columns],
    fileFormat: config.file_format,
    bom: config.bom ?? false,
  };
}

/** The report as the server takes it. */
export function reportOf({ profile, range, savedFilter, columns, fileFormat, bom }: ReportDraft): ReportConfig {
  return {
    ...(profile === '' ? {} : { quality_profile: profile }),
    date_range: range,
    ...(savedFilter === '' ? {} : { saved_filter: savedFilter }),
    columns: cleaned(columns),
    ...(fileFormat === undefined ? {} : { file_format: fileFormat }),
    ...(bom && mayBeCsv({ fileFormat }) ? { bom } : {}),
  };
}

/** Whether some of its files may be CSV. */
export function mayBeCsv({ fileFormat }: Pick<ReportDraft, 'fileFormat'>): boolean {
  return fileFormat === undefined || fileFormat === 'csv';
}

/** What can be said without asking the server, by field of the report: `columns`, `columns.2`, `date_range.to`. */
export function missingInReport({ range, columns }: ReportDraft): Record<string, string> {
  return { ...missingInRange(range), ...missingInColumns(columns) };
}

/** What stands there and cannot be: told as it is typed. A day that is not typed yet is none of it. */
export function wrongInReport(draft: ReportDraft): Record<string, string> {
  const { range } = draft;
  const isTyped = typeof range === 'string' || (range.from !== '' && range.to !== '');
  return isTyped ? missingInReport(draft) : missingInColumns(draft.columns);
}

function missingInRange(range: DateRange): Record<string, string> {
  if (typeof range === 'string') return {};
  const problems: Record<string, string> = {};
  if (range.from === '') problems['date_range.from'] = 'Give the first day.';
  if (range.to === '') problems['date_range.to'] = 'Give the last day.';
  else if (range.to < range.from) problems['date_range.to'] = 'The last day lies before the first.';
  return problems;
}

const mostColumns = 500;

function missingInColumns(columns: readonly ReportColumn[]): Record<string, string> {
  if (columns.length === 0) return { columns: 'Choose at least one column.' };
  if (columns.length > mostColumns)
    return { columns: `A file has at most ${mostColumns} columns; these are ${columns.length}.` };
  const headings = cleaned(columns).map(headerOf);
  return Object.fromEntries(
    headings.flatMap((heading, index) => {
      const first = headings.indexOf(heading);
      return first === index
        ? []
        : [
            [
              `columns.${index}`,
              `Column ${first + 1} is already called “${heading}”. Give one of them another heading.`,
            ],
          ];
    }),
  );
}
