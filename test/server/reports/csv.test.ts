import { expect } from 'chai';
import fc from 'fast-check';
import type { Cell } from '../../../server/reports/cell.ts';
import { type CsvOptions, csvBlocks, defused } from '../../../server/reports/csv.ts';

const options: CsvOptions = { header: ['a', 'b'], time: (at) => at.toISOString() };

async function written(rows: Cell[][], given: Partial<CsvOptions> = {}): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of csvBlocks([rows], { ...options, ...given })) blocks.push(block);
  return Buffer.concat(blocks).toString('utf8');
}

/** RFC 4180 as its grammar reads, written for the test alone. */
function parsed(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (!match) throw new Error(`not RFC 4180 at ${rows.length}`);
    row.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('a CSV report', () => {
  it('has a header, CRLF, and quotes only where they are needed', async () => {
    expect(await written([['x', 'y, "z"\nw']])).to.equal('a,b\r\nx,"y, ""z""\nw"\r\n');
  });

  it('is its header alone when there are no rows', async () => {
    expect(await written([])).to.equal('a,b\r\n');
  });

  it('has a line with something in it for every row, also where its one cell is empty', async () => {
    expect(await written([[null], ['x'], ['']], { header: ['a'] })).to.equal('a\r\n""\r\nx\r\n""\r\n');
    expect(await written([[null, null]])).to.equal('a,b\r\n,\r\n');
  });

  it('has a byte order mark when asked for it, and none by default', async () => {
    expect((await written([])).charCodeAt(0)).to.equal('a'.charCodeAt(0));
    expect((await written([], { bom: true })).charCodeAt(0)).to.equal(0xfeff);
  });

  it('defuses whatever a spreadsheet would take for a formula', () => {
    for (const text of ['=1+1', '+1', '-cmd|x', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', '-1+2', '--1', '-'])
      expect(defused(text)).to.equal(`'${text}`);
  });

  it('defuses what would begin a cell within a text where a semicolon or a tab parts the cells', async () => {
    for (const [text, safe] of [
      ['so;=1+1', "so;'=1+1"],
      ['so; +1', "so; '+1"],
      ['so\t@SUM(A1)', "so\t'@SUM(A1)"],
      ['first\n=cmd|x;-cmd', "first\n'=cmd|x;'-cmd"],
      ['first\r\n\n  ＝1', "first\r\n\n  '＝1"],
    ] as const)
      expect(defused(text)).to.equal(safe);
    expect(await written([['a;=1', 'b\t=1']])).to.equal("a,b\r\na;'=1,b\t'=1\r\n");
    for (const text of ['a;b', 'a;-5', 'a; -.5;b', 'a=b;c', 'x@y.example; z@y.example', 'one\ntwo'])
      expect(defused(text)).to.equal(text);
  });

  it('defuses headers as well: a metadata key is a customer’s text', async () => {
    expect(await written([], { header: ['=x', 'b'] })).to.equal("'=x,b\r\n");
  });

  it('leaves negative numbers numbers, typed or as text', async () => {
    const others = ['-1,234.50', '-1.234,50', '-12,5', '-5%', '-7 ', '-1\u202f234', '-5.'];
    for (const text of ['-1', '-0.5', '-.5', '-12.50', '-3e-7', ...others]) expect(defused(text)).to.equal(text);
    for (const text of ['-', '-,', '-1-2', '-1+A1', '-5%%', '-A1', '-1 2']) expect(defused(text)).to.equal(`'${text}`);
    expect(defused('a;-1,5;-A1')).to.equal("a;-1,5;'-A1");
    expect(await written([[-41.25, '-7']])).to.equal('a,b\r\n-41.25,-7\r\n');
  });

  it('writes nothing for null, true for true, and times as told', async () => {
    const at = new Date('2026-11-03T09:15:00Z');
    expect(
      await written([
        [null, true],
        [at, 0],
      ]),
    ).to.equal('a,b\r\n,true\r\n2026-11-03T09:15:00.000Z,0\r\n');
  });

  it('gives back every text when it is read again', async () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => `x${value}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text)), async (rows) => {
        expect(parsed(await written(rows))).to.deep.equal([['a', 'b'], ...rows]);
      }),
    );
  });

  it('comes in blocks of about 64 KB, so that a million rows need no more memory than a thousand', async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => [`row ${i}`, 'x'.repeat(100)]);
    const sizes: number[] = [];
    for await (const block of csvBlocks([rows], options)) sizes.push(block.length);
    expect(sizes.length).to.be.greaterThan(7);
    expect(Math.max(...sizes)).to.be.lessThan(66_000);
  });
});
