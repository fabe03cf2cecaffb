import type { CellPage } from '../cell.ts';
import { cellXml, headerXml, type WallClock } from './cell-xml.ts';

/** Rows of a sheet at most, its header among them. */
export const sheetRows = 1_048_576;

const blockCharacters = 64 * 1024;
const narrowest = 12;
const widest = 40;

/** A sheet's XML in blocks: the header frozen and with a filter. */
export async function* sheetXml(
  headers: readonly string[],
  pages: AsyncIterable<CellPage>,
  wallClock: WallClock,
): AsyncGenerator<Buffer> {
  const letters = headers.map((_, index) => columnLetters(index));
  let count = 1;
  let xml =
    beginning(headers) +
    rowXml(
      1,
      headers.map((header, index) => headerXml(`${letters[index]}1`, header)),
    );
  for await (const page of pages) {
    for (const row of page) {
      count++;
      xml += rowXml(
        count,
        row.map((cell, index) => cellXml(`${letters[index]}${count}`, cell, wallClock)),
      );
      if (xml.length < blockCharacters) continue;
      yield Buffer.from(xml);
      xml = '';
    }
  }
  yield Buffer.from(`${xml}</sheetData><autoFilter ref="${rangeOf(headers, count)}"/></worksheet>`);
}

/** `A1:L200`, or with dollars. */
export function rangeOf(headers: readonly string[], rowCount: number, dollar = ''): string {
  const last = columnLetters(headers.length - 1);
  return `${dollar}A${dollar}1:${dollar}${last}${dollar}${rowCount}`;
}

function beginning(headers: readonly string[]): string {
  const columns = headers.map((header, index) => {
    const width = Math.min(widest, Math.max(narrowest, header.length + 4));
    return `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`;
  });
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>`;
}

function rowXml(number: number, cells: string[]): string {
  return `<row r="${number}">${cells.join('')}</row>`;
}

/** A, B, … Z, AA, AB, … */
export function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}
