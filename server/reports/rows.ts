import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pool } from 'mysql2/promise';
import type { Place } from '../../db/queries/keyset.ts';
import { profileNames } from '../../db/queries/profile-names.ts';
import { type ReportFilter, type ReportPage, reportRowsPage } from '../../db/queries/report-rows.ts';
import { isWide, type ReportSource, sourceText } from '../../db/queries/report-sources.ts';
import type { Cell, CellPage } from './cell.ts';
import type { Column, ReportRow } from './columns.ts';

/** Rows read at once: two pages are in memory, and the fewer they are the less does the collector copy. */
const pageRows = 1_000;

/** Rows that bring a score card or a transcript of their own: so few at first, then as many as hold about so much text. */
const wide = { firstRows: 20, mostRows: 250, characters: 2_000_000, growth: 4 };

/** Rows whose cells are in memory at once. */
const yieldedRows = { slim: 200, wide: 20 };

/**
 * A report's cells in pages, one row an analysis, oldest first. The next page is read while the rows of the one before are
 * used, so no connection is held and memory is flat however slowly they are taken. `signal` ends it by throwing its reason.
 */
export async function* reportPages(
  pool: Pool,
  filter: ReportFilter,
  columns: Column[],
  signal?: AbortSignal,
): AsyncGenerator<CellPage> {
  const sources = [...new Set(columns.map((column) => column.source))];
  const decode = decoder(sources);
  const profiles = await profileNames(pool, filter.accountId);
  const cellsOf = (texts: string[]) => {
    const row = decode(texts);
    return columns.map((column) => column.read(row, profiles));
  };
  const atOnce = sources.some(isWide) ? yieldedRows.wide : yieldedRows.slim;
  for await (const page of pages(pool, filter, sources))
    for (let first = 0; first < page.length; first += atOnce) {
      signal?.throwIfAborted();
      const count = Math.min(atOnce, page.length - first);
      yield Array.from({ length: count }, (_, index) => cellsOf(page.texts(first + index)));
      // The next page is asked for in two steps; without a turn between, its second would wait for all of this page.
      await nextTurn();
    }
}

/** The same row by row. */
export async function* reportCells(...asked: Parameters<typeof reportPages>): AsyncGenerator<readonly Cell[]> {
  for await (const page of reportPages(...asked)) yield* page;
}

async function* pages(pool: Pool, filter: ReportFilter, sources: ReportSource[]): AsyncGenerator<ReportPage> {
  const isSlim = !sources.some(isWide);
  let limit = isSlim ? pageRows : wide.firstRows;
  const read = (after: Place | undefined) => settled(reportRowsPage(pool, filter, { sources, after, limit }));
  let next = read(undefined);
  for (;;) {
    const page = unwrapped(await next);
    const hasMore = page.length === limit;
    if (!isSlim) limit = nextLimit(page);
    if (hasMore) next = read(page.last);
    yield page;
    if (!hasMore) return;
  }
}

/** A transcript may have a hundred thousand characters: what is in memory follows the text that the rows before had. */
function nextLimit({ length, characters }: ReportPage): number {
  const fitting = Math.floor((wide.characters * length) / Math.max(1, characters()));
  return Math.max(1, Math.min(fitting, length * wide.growth, wide.mostRows));
}

/** A page read ahead may fail while nobody waits for it; its error is kept until its turn comes. */
function settled(page: Promise<ReportPage>): Promise<PromiseSettledResult<ReportPage>> {
  return Promise.allSettled([page]).then(([result]) => result);
}

function unwrapped(result: PromiseSettledResult<ReportPage>): ReportPage {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Each source is read once a row, however many columns show something of it. A row is valid until the next one. */
export function decoder(sources: readonly ReportSource[]): (texts: string[]) => ReportRow {
  const readers = sources.map((source) => sourceText(source).read);
  const row: Record<string, unknown> = {};
  return (texts) => {
    for (let index = 0; index < sources.length; index++) {
      const text = texts[index];
      row[sources[index] as ReportSource] = text ? readers[index]?.(text) : null;
    }
    return row as ReportRow;
  };
}
