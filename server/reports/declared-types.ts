import { DateTime } from 'luxon';
import type { MetadataField } from '../../shared/configuration.ts';
import type { Cell, CellPage } from './cell.ts';
import type { Column, ColumnKind, HeadedColumn } from './columns.ts';

const kinds: Record<MetadataField['data_type'], ColumnKind> = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  date: 'time',
};

/** The columns of metadata with what the account declared their keys to be; what nobody declared is text. */
export function withDeclaredTypes(columns: readonly Column[], fields: readonly MetadataField[]): Column[] {
  // Headers of files are lower-cased on their way in.
  const types = new Map(fields.map(({ cqa_key, data_type }) => [cqa_key.toLowerCase(), data_type]));
  return columns.map((column) => {
    const type = column.metadataKey === undefined ? undefined : types.get(column.metadataKey.toLowerCase());
    return type === undefined || type === 'string' ? column : { ...column, kind: kinds[type], isDeclared: true };
  });
}

type Reading = (cell: Cell) => Cell;

/** How a cell of each declared column is read, by the column's place; undefined where none is declared. */
function readingsOf(columns: readonly HeadedColumn[], zone: string): ReadonlyMap<number, Reading> | undefined {
  const readings = new Map(
    columns.flatMap(({ isDeclared, kind }, place): [number, Reading][] =>
      isDeclared ? [[place, (cell) => readAs(kind, cell, zone)]] : [],
    ),
  );
  return readings.size === 0 ? undefined : readings;
}

/** The cells as what their columns are declared to be; what does not read as that stays as it is. */
export function typedPages(
  pages: AsyncIterable<CellPage>,
  columns: readonly HeadedColumn[],
  zone: string,
): AsyncIterable<CellPage> {
  const readings = readingsOf(columns, zone);
  return readings === undefined ? pages : mapped(pages, (row) => typedRow(row, readings));
}

/**
 * The same where a column has one type from its first row to its last: what does not read as the declared type is in a
 * column of text of its own, behind all others, which is there in every file so that each has the same ones.
 */
export function strictlyTyped(
  pages: AsyncIterable<CellPage>,
  columns: readonly HeadedColumn[],
  zone: string,
): { columns: readonly HeadedColumn[]; pages: AsyncIterable<CellPage> } {
  const readings = readingsOf(columns, zone);
  if (readings === undefined) return { columns, pages };
  const places = [...readings.keys()];
  return {
    columns: [...columns, ...textColumns(columns, places)],
    pages: mapped(pages, (row) => {
      const typed = typedRow(row, readings);
      const unread = places.map((place) => (isOf(columns[place]?.kind, typed[place]) ? null : (typed[place] ?? null)));
      for (const [index, place] of places.entries()) if (unread[index] !== null) typed[place] = null;
      return [...typed, ...unread];
    }),
  };
}

function textColumns(columns: readonly HeadedColumn[], places: readonly number[]): HeadedColumn[] {
  const taken = new Set(columns.map(({ header }) => header));
  return places.map((place) => {
    let header = `${columns[place]?.header}_text`;
    while (taken.has(header)) header += '_';
    taken.add(header);
    return { header, kind: 'text' };
  });
}

async function* mapped(
  pages: AsyncIterable<CellPage>,
  map: (row: readonly Cell[]) => Cell[],
): AsyncGenerator<CellPage> {
  for await (const page of pages) yield page.map(map);
}

function typedRow(row: readonly Cell[], readings: ReadonlyMap<number, Reading>): Cell[] {
  const typed = [...row];
  for (const [place, read] of readings) typed[place] = read(row[place] ?? null);
  return typed;
}

function isOf(kind: ColumnKind | undefined, cell: Cell | undefined): boolean {
  if (cell === null || cell === undefined) return true;
  return kind === 'time' ? cell instanceof Date : typeof cell === kind;
}

function readAs(kind: ColumnKind, cell: Cell, zone: string): Cell {
  if (typeof cell !== 'string') return cell;
  const text = cell.trim();
  if (kind === 'number') return numberOf(text) ?? cell;
  if (kind === 'boolean') return booleans.get(text.toLowerCase()) ?? cell;
  return timeOf(text, zone) ?? cell;
}

const numeral = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A whole number with more digits than a number holds would come out as another one. */
function numberOf(text: string): number | undefined {
  if (!numeral.test(text)) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number))) return undefined;
  return number;
}

const booleans = new Map([
  ...['true', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'no', '0'].map((word) => [word, false] as const),
]);

const isoTime = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/i;

/** A day is its beginning, and a time without an offset is read by the clocks of the zone. */
function timeOf(text: string, zone: string): Date | undefined {
  if (!isoTime.test(text)) return undefined;
  const time = DateTime.fromISO(text.replace(' ', 'T'), { zone });
  return time.isValid ? time.toJSDate() : undefined;
}
