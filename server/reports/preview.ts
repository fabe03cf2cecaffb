import type { PoolConnection } from 'mysql2/promise';
import { candidatesOf } from '../../db/queries/api-candidates.ts';
import { metadataPrefix } from '../../db/queries/api-metadata-filter.ts';
import { profileNames } from '../../db/queries/profile-names.ts';
import type { ReportFilter } from '../../db/queries/report-rows.ts';
import { countReportRows, reportRowsPage } from '../../db/queries/report-rows.ts';
import { scopeFieldsOf } from '../../db/queries/scope.ts';
import { type WithinTime, withinTime } from '../../db/within-time.ts';
import type { FilterGroup } from '../../shared/quality.ts';
import { columnNameOf, headerOf, type ReportConfig } from '../../shared/report.ts';
import { getAccountById } from '../accounts/account.ts';
import type { Services } from '../services.ts';
import type { Cell } from './cell.ts';
import { type Column, columnOf } from './columns.ts';
import { type Requester, reportFilterOf } from './report-filter.ts';
import type { RowFilter } from './row-filter.ts';
import { decoder } from './rows.ts';
import { unknownColumns, whyEmpty } from './unknown-columns.ts';
import { zonedTime } from './zoned-time.ts';

/** A report before it runs. */
export interface ReportPreview {
  header: string[];
  /** The first ones. Times are texts in the account's zone, as the files have them. */
  rows: (string | number | boolean | null)[][];
  row_count: number | null;
  /** `exact`; `at_least`: there are more than were counted; `unknown`: counting took too long. */
  counted: 'exact' | 'at_least' | 'unknown';
  /** Whether the first rows were found in time; where not, none are shown. */
  rows_found: boolean;
  /** What the dates mean: ISO instants, the second one not in it. */
  period: { from: string; to: string; timezone: string };
  /** Whole sentences about columns that nobody knows now; they may stay empty. */
  warnings: string[];
}

export interface PreviewRequest {
  report: ReportConfig;
  /** The list's filter beside it. */
  filter?: RowFilter | undefined;
}

const firstRows = 20;
const mostCounted = 100_000;

/** When the server ends a read. */
export interface PreviewTimes {
  /** Of one through the whole period, which is quickest where much of it fits; 0: none is tried. */
  inOrderMs: number;
  /** Of one from the interactions that may fit. */
  chosenMs: number;
}
const usualTimes: PreviewTimes = { inOrderMs: 1_000, chosenMs: 3_000 };

/** A transcript is cut here: a preview shows what a column holds, not all of it. */
const longestText = 500;

/**
 * The first rows of a report and how many there would be, for whoever asks: with his scope and his saved filters. It is
 * bounded in rows and in time, whatever the account has. Throws `invalid` for a report that cannot be made.
 */
export async function previewReport(
  services: Services,
  accountId: number,
  { report, filter }: PreviewRequest,
  { userId, scopes }: Requester,
  times = usualTimes,
): Promise<ReportPreview> {
  const { timezone } = await getAccountById(services, accountId);
  const columns = report.columns.map((column) => columnOf(columnNameOf(column), headerOf(column)));
  const asked = { accountId, userId, scopes, timezone, at: new Date() };
  const rows = await reportFilterOf(services, report, asked);
  const beside = filter ? await reportFilterOf(services, { ...report, filters: [filter] }, asked) : undefined;
  const all = { ...rows, fitting: [...(rows.fitting ?? []), ...(beside?.fitting ?? [])] };
  const [counting, first, unknown] = await Promise.all([
    read(services, all, times, (connection, from) => countReportRows(connection, from, mostCounted + 1)),
    firstOf(services, all, columns, times),
    unknownColumns(services, accountId, columns, scopes[0]),
  ]);
  const time = zonedTime(timezone);
  return {
    header: report.columns.map(headerOf),
    rows: first.done ? first.value.map((row) => row.map((cell) => shown(cell, time))) : [],
    ...countOf(counting.done ? counting.value : undefined),
    rows_found: first.done,
    period: { from: all.from.toISOString(), to: all.to.toISOString(), timezone },
    warnings: warningsOf(columns, unknown, first.done ? first.value : []),
  };
}

/** A column that one of the first rows has something of is none to warn of. */
function warningsOf(columns: readonly Column[], unknown: ReadonlySet<Column>, rows: readonly Cell[][]): string[] {
  return columns
    .filter((column, index) => unknown.has(column) && rows.every((row) => (row[index] ?? null) === null))
    .map((column) => `The column "${column.header}" may stay empty: ${whyEmpty(column)}.`);
}

/** In the order of time, and where that takes too long from those that the metadata may let see. */
async function read<T>(
  { database }: Services,
  filter: ReportFilter,
  { inOrderMs, chosenMs }: PreviewTimes,
  ask: (connection: PoolConnection, filter: ReportFilter) => Promise<T>,
): Promise<WithinTime<T>> {
  if (inOrderMs > 0) {
    const inOrder = await withinTime(database, inOrderMs, (connection) => ask(connection, filter));
    if (inOrder.done) return inOrder;
  }
  const candidates = await candidatesOf(database.pool, filter.accountId, choicesOf(filter), filter);
  return await withinTime(database, chosenMs, (connection) => ask(connection, { ...filter, candidates }));
}

/** What every row has of metadata: by the scope, else by a filter. */
function choicesOf({ scopes = [], fitting = [] }: ReportFilter): FilterGroup {
  const scope = scopes.map(scopeFieldsOf).find((fields) => fields !== undefined);
  const [filtered] = fitting.flatMap(({ metadata = {} }) => Object.entries(metadata));
  const fields = scope ?? (filtered ? [{ name: filtered[0], values: filtered[1] }] : []);
  return fields.flatMap(({ name, values }) =>
    values.map((value) => [{ attribute: `${metadataPrefix}${name}`, operator: 'IS' as const, value }]),
  );
}

async function firstOf(services: Services, filter: ReportFilter, columns: Column[], times: PreviewTimes) {
  const sources = [...new Set(columns.map((column) => column.source))];
  const profiles = await profileNames(services.database.pool, filter.accountId);
  const decode = decoder(sources);
  return await read(services, filter, times, async (connection, from): Promise<Cell[][]> => {
    const page = await reportRowsPage(connection, from, { sources, after: undefined, limit: firstRows });
    return Array.from({ length: page.length }, (_, index) => {
      const row = decode(page.texts(index));
      return columns.map((column) => column.read(row, profiles));
    });
  });
}

function countOf(rows: number | undefined): Pick<ReportPreview, 'row_count' | 'counted'> {
  if (rows === undefined) return { row_count: null, counted: 'unknown' };
  return rows > mostCounted ? { row_count: mostCounted, counted: 'at_least' } : { row_count: rows, counted: 'exact' };
}

function shown(cell: Cell, time: (at: Date) => string): string | number | boolean | null {
  if (cell instanceof Date) return time(cell);
  if (typeof cell === 'string' && cell.length > longestText) return `${cell.slice(0, longestText)}…`;
  return cell;
}
