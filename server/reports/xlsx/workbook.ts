import type { CellPage } from '../cell.ts';
import { RowSource } from '../row-source.ts';
import { zoneClock } from '../zoned-time.ts';
import { packageParts } from './package-parts.ts';
import { sheetRows, sheetXml } from './sheet.ts';
import { Zip } from './zip.ts';

export interface WorkbookOptions {
  headers: readonly string[];
  /** Times are shown as its clocks show them. */
  zone: string;
  /** Rows of a sheet at most, its header among them. */
  rowsPerSheet?: number;
}

/**
 * A workbook (Office Open XML, ECMA-376) with cells of type text, number, boolean and time. Rows beyond what a sheet holds
 * go on in a next one, under the same header. Written as it is read; memory does not grow with the rows.
 */
export async function* workbook(pages: AsyncIterable<CellPage>, options: WorkbookOptions): AsyncGenerator<Uint8Array> {
  const { headers, zone, rowsPerSheet = sheetRows } = options;
  const zip = new Zip();
  const iterator = pages[Symbol.asyncIterator]();
  const source = new RowSource(iterator);
  const wallClock = zoneClock(zone);
  const counts: number[] = [];
  try {
    do {
      const rows = source.take(rowsPerSheet - 1);
      yield* zip.file(`xl/worksheets/sheet${counts.length + 1}.xml`, sheetXml(headers, rows, wallClock));
      counts.push(source.taken + 1);
    } while (await source.hasMore());
  } finally {
    await iterator.return?.();
  }
  for (const [path, xml] of Object.entries(packageParts(headers, counts))) yield* zip.file(path, [Buffer.from(xml)]);
  yield zip.end();
}
