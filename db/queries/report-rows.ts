import type { RowDataPacket } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';
import type { Connection } from '../database.ts';
import { type AnalysisListFilter, analysisConditions, interactionConditions } from './analysis-list/filter.ts';
import { beyond, type Place, readStretches } from './keyset.ts';
import { instant, isWide, type ReportSource, sourceText } from './report-sources.ts';
import { allOf, type Condition, type Scope, scopeCondition } from './scope.ts';

/** Which analyses a report holds. */
export interface ReportFilter {
  accountId: number;
  /** Absent: all of them. */
  profileId?: number;
  /** `occurred_at` from `from` on and before `to`. */
  from: Date;
  to: Date;
  /** Each must hold. */
  fitting?: readonly Omit<AnalysisListFilter, 'cursor' | 'limit'>[];
  /** Each must hold; absent: the whole account. */
  scopes?: readonly Scope[];
  /** A query for interactions' ids of which all rows are: it is read in the place of the period. */
  candidates?: Condition | undefined;
}

export interface ReportPage {
  /** How many rows. */
  length: number;
  /** How much text they have together. */
  characters(): number;
  /** The texts of a row's sources in the order that was asked for, perhaps more behind them; '' for NULL. Not kept. */
  texts(row: number): string[];
  /** The last row's; undefined where there is none. */
  last: Place | undefined;
}

export interface PageRequest {
  sources: readonly ReportSource[];
  after: Place | undefined;
  limit: number;
}

/** The page of completed analyses beyond `after`, in order of (occurred_at, id). */
export async function reportRowsPage(
  pool: Connection,
  filter: ReportFilter,
  request: PageRequest,
): Promise<ReportPage> {
  const { sources, after, limit } = request;
  const from = tableOf(filter);
  const select = selectOf(sources, from.sql);
  const where = filterOf(filter);
  const found = await readStretches(
    beyond(after, { at: 'a.occurred_at', id: 'a.id' }, 'oldest_first'),
    limit,
    async (stretch, n) => {
      const sql = `${select} WHERE ${where.sql} AND ${stretch.sql} ORDER BY a.occurred_at, a.id LIMIT ?`;
      const values = [...from.values, ...where.values, ...stretch.values, n];
      const [rows] = await pool.query<RowDataPacket[][]>({ sql, values, rowsAsArray: true });
      return rows as unknown as TextRow[];
    },
  );
  const wide = sources.some(isWide) ? sources.map(isWide) : undefined;
  const last = found.at(-1);
  return {
    length: found.length,
    characters: () => found.reduce((sum, row) => sum + charactersOf(row), 0),
    texts: (row) => textsOf(found[row] ?? [], wide),
    last: last && placeOf(packedOf(last)),
  };
}

/** How many rows the report would have, counted up to `most`. */
export async function countReportRows(
  connection: Connection,
  filter: ReportFilter,
  most = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  const from = tableOf(filter);
  const where = filterOf(filter);
  const join = readsInteractions(filter) ? 'STRAIGHT_JOIN interaction i ON i.id = a.interaction_id' : '';
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${from.sql} ${join} WHERE ${where.sql} LIMIT ?) counted`,
    [...from.values, ...where.values, most],
  );
  return rows[0]?.n ?? 0;
}

type TextRow = (string | null | undefined)[];

/** Not in any text of a packed column. */
const separator = '\x1f';
/** The row's place comes last. */
const placeColumns = ['a.occurred_at', 'HEX(a.id)'];

function selectOf(sources: readonly ReportSource[], from: string): string {
  const packed = sources.flatMap((source) => (isWide(source) ? [] : [`IFNULL(${sourceText(source).sql}, '')`]));
  const wide = sources.flatMap((source) => (isWide(source) ? [sourceText(source).sql] : []));
  const columns = [`CONCAT_WS('${separator}', ${[...packed, ...placeColumns].join(', ')})`, ...wide];
  return `SELECT STRAIGHT_JOIN ${columns.join(', ')}
    FROM ${from}
    JOIN interaction i ON i.id = a.interaction_id
    ${sources.includes('measurement') ? 'LEFT JOIN measurement m ON m.interaction_id = a.interaction_id' : ''}`;
}

/** The analyses `a`. */
function tableOf({ candidates }: ReportFilter): Condition {
  // In the order of this index: left to choose, MySQL takes the key on the status and sorts the whole account for every page.
  if (!candidates) return { sql: 'analysis a FORCE INDEX (by_time)', values: [] };
  const join = 'STRAIGHT_JOIN analysis a FORCE INDEX (interaction_id) ON a.interaction_id = c.interaction_id';
  return { sql: `(${candidates.sql}) c ${join}`, values: candidates.values };
}

function charactersOf(row: TextRow): number {
  return row.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

function packedOf(row: TextRow): string[] {
  const packed = row[0];
  if (packed) return unpacked(packed);
  throw new AppError(
    'internal',
    'A row of the report is longer than the database sends at once. Ask for fewer columns, or raise max_allowed_packet.',
  );
}

/** As split() would, in half its time: a million rows go through here. */
function unpacked(packed: string): string[] {
  const texts: string[] = [];
  let start = 0;
  for (let end = packed.indexOf(separator); end >= 0; end = packed.indexOf(separator, start)) {
    texts.push(packed.slice(start, end));
    start = end + 1;
  }
  texts.push(packed.slice(start));
  return texts;
}

/** `wide` says of each source whether it has a column of its own; undefined where none has. */
function textsOf(row: TextRow, wide: boolean[] | undefined): string[] {
  const packed = packedOf(row);
  if (!wide) return packed;
  let nextPacked = 0;
  let nextWide = 1;
  return wide.map((isWide) => (isWide ? row[nextWide++] : packed[nextPacked++]) ?? '');
}

function placeOf(packed: string[]): Place {
  const [at = '', id = ''] = packed.slice(-placeColumns.length);
  return { at: instant(at), id: Buffer.from(id, 'hex') };
}

function filterOf({ accountId, profileId, from, to, fitting = [], scopes = [] }: ReportFilter) {
  return allOf([
    { sql: 'a.account_id = ? AND a.occurred_at >= ? AND a.occurred_at < ?', values: [accountId, from, to] },
    { sql: "a.status = 'completed'", values: [] },
    profileId === undefined ? undefined : { sql: 'a.profile_id = ?', values: [profileId] },
    ...fitting.flatMap((filter) => [...interactionConditions('a', filter), ...analysisConditions(filter)]),
    ...scopes.map(scopeCondition),
  ]);
}

function readsInteractions({ fitting = [], scopes = [] }: ReportFilter): boolean {
  return fitting.length + scopes.length > 0;
}
