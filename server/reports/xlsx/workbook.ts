import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { CellPage } from '../cell.ts';
import { RowSource } from '../row-source.ts';
import { zoneClock } from '../zoned-time.ts';
import { packageParts } from './package-parts.ts';
import { sheetRows, sheetXml } from './sheet.ts';

/** Of 1 to 9. Beyond it files get little smaller and take twice as long. */
const compressionLevel = 2;

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
  const zip = new ZipFile();
  // A stream of Node's, although its type promises less.
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  const adding = addSheets(zip, pages, options).catch((error: Error) => {
    output.destroy(error);
  });
  try {
    yield* output;
  } finally {
    // Also where nobody reads to the end: what is under way ends with it.
    output.destroy();
    await adding;
  }
}

async function addSheets(zip: ZipFile, pages: AsyncIterable<CellPage>, options: WorkbookOptions): Promise<void> {
  const { headers, zone, rowsPerSheet = sheetRows } = options;
  const iterator = pages[Symbol.asyncIterator]();
  const source = new RowSource(iterator);
  const wallClock = zoneClock(zone);
  const counts: number[] = [];
  try {
    do {
      const sheet = Readable.from(sheetXml(headers, source.take(rowsPerSheet - 1), wallClock), { objectMode: false });
      zip.outputStream.once('close', () => sheet.destroy());
      zip.addReadStream(sheet, `xl/worksheets/sheet${counts.length + 1}.xml`, { compressionLevel });
      await finished(sheet);
      counts.push(source.taken + 1);
    } while (await source.hasMore());
  } finally {
    await iterator.return?.();
  }
  for (const [path, xml] of Object.entries(packageParts(headers, counts))) zip.addBuffer(Buffer.from(xml), path);
  zip.end();
}
