import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { DateTime } from 'luxon';
import readXlsx from 'read-excel-file/node';
import { fromBufferPromise } from 'yauzl';
import type { Cell, CellPage } from '../../../../server/reports/cell.ts';
import { type WorkbookOptions, workbook } from '../../../../server/reports/xlsx/workbook.ts';
import { unzipped } from '../unzipped.ts';

const headers = ['id', 'value'];

async function* pages(...all: CellPage[]): AsyncGenerator<CellPage> {
  yield* all;
}

async function written(rows: Cell[][], given: Partial<WorkbookOptions> = {}): Promise<Buffer> {
  const blocks: Uint8Array[] = [];
  for await (const block of workbook(pages(rows), { headers, zone: 'UTC', ...given })) blocks.push(block);
  return Buffer.concat(blocks);
}

/** As a library reads it that has nothing to do with ours: the sheets' names and rows. */
async function read(file: Buffer) {
  return await readXlsx(file, { trim: false });
}

async function cellsOf(rows: Cell[][], given: Partial<WorkbookOptions> = {}): Promise<unknown[][]> {
  const [sheet] = await read(await written(rows, given));
  return sheet?.data.slice(1) ?? [];
}

describe('a workbook', () => {
  it('is read by others, with cells of their types', async () => {
    const rows: Cell[][] = [
      ['CALL-1', 12.5],
      ['CALL-2', true],
      ['0012345678901234567', null],
      ['-5', -5],
    ];
    expect(await cellsOf(rows)).to.deep.equal(rows);
  });

  it('has its header alone when there are no rows', async () => {
    expect(await read(await written([]))).to.deep.equal([{ sheet: 'Report', data: [headers] }]);
  });

  it('shows times as the clocks of the zone do, summer and winter', async () => {
    for (const zone of ['Asia/Kolkata', 'Europe/Paris', 'America/New_York', 'Australia/Lord_Howe'])
      for (const at of ['2026-01-15T23:59:59Z', '2026-07-15T00:00:01Z', '2026-10-25T00:59:59Z']) {
        const [row] = await cellsOf([['A', new Date(at)]], { zone });
        // A day's fraction is no exact number: Excel rounds it to the second, this reader to the millisecond below.
        const ms = Number(row?.[1]);
        const shown = new Date(Math.round(ms / 1000) * 1000).toISOString().slice(0, 19);
        expect(shown, `${at} in ${zone}`).to.equal(DateTime.fromISO(at, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss"));
      }
  });

  it('leaves text text that a spreadsheet would take for a formula, markup or an escape of its own', async () => {
    const texts = ['=1+1', '@SUM(A1)', '<b>&amp;</b>', ']]>', '_x0041_', ' kept ', 'two\nlines', 'tab\there', 'é 😀'];
    expect(await cellsOf(texts.map((text) => [text, 1]))).to.deep.equal(texts.map((text) => [text, 1]));
    const xml = (await unzipped(await written([['bell\u0007 cr\r _x0041_', 1]])))['xl/worksheets/sheet1.xml'];
    // As ECMA-376 writes characters that XML cannot hold, and what looks like such an escape.
    expect(xml).to.include('bell_x0007_ cr_x000D_ _x005F_x0041_');
  });

  it('cuts a text that no cell can hold, visibly', async () => {
    const [row] = await cellsOf([['x'.repeat(40_000), 1]]);
    expect(row?.[0]).to.have.length(32_767);
    expect(row?.[0]).to.match(/x…$/);
  });

  it('freezes the header and has a filter over all rows', async () => {
    const parts = await unzipped(
      await written([
        ['A', 1],
        ['B', 2],
      ]),
    );
    expect(parts['xl/worksheets/sheet1.xml'])
      .to.include('ySplit="1" topLeftCell="A2"')
      .and.include('<autoFilter ref="A1:B3"/>');
    expect(parts['xl/workbook.xml']).to.include("'Report'!$A$1:$B$3</definedName>");
  });

  it('goes on in a next sheet, under the same header, when one is full', async () => {
    const rows = Array.from({ length: 7 }, (_, index) => [`CALL-${index}`, index]);
    const sheets = await read(await written(rows, { rowsPerSheet: 4 }));
    expect(sheets.map(({ sheet, data }) => [sheet, data.length])).to.deep.equal([
      ['Report', 4],
      ['Report 2', 4],
      ['Report 3', 2],
    ]);
    expect(sheets.flatMap(({ data }) => data.slice(1))).to.deep.equal(rows);
    expect(sheets.every(({ data }) => data[0]?.join() === headers.join())).to.equal(true);
    const full = await read(await written(rows.slice(0, 6), { rowsPerSheet: 4 }));
    expect(full).to.have.length(2);
  });

  it('has more columns than letters', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `column ${index}`);
    const [sheet] = await read(await written([many.map((_, index) => index)], { headers: many }));
    expect(sheet?.data).to.deep.equal([many, many.map((_, index) => index)]);
  });

  it('has the check sum and the size of each of its files', async () => {
    const archive = await fromBufferPromise(await written([['A'.repeat(100_000), 1]]), { lazyEntries: true });
    for await (const entry of archive.eachEntry()) {
      const content = await buffer(await archive.openReadStreamPromise(entry));
      expect([entry.crc32, entry.uncompressedSize], entry.fileName).to.deep.equal([crc32(content), content.length]);
    }
  });

  it('fails as its rows fail, and ends them when nobody reads on', async () => {
    let hasEnded = false;
    async function* failing(): AsyncGenerator<CellPage> {
      yield [['A', 1]];
      throw new Error('the database went away');
    }
    async function* endless(): AsyncGenerator<CellPage> {
      try {
        for (let n = 0; ; n++) yield [[`${n}`.repeat(1_000), n]];
      } finally {
        hasEnded = true;
      }
    }
    const all = async () => {
      for await (const _ of workbook(failing(), { headers, zone: 'UTC' }));
    };
    expect(await all().catch((error) => error.message)).to.equal('the database went away');
    for await (const _ of workbook(endless(), { headers, zone: 'UTC' })) break;
    expect(hasEnded).to.equal(true);
  });
});
