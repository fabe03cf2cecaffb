import { expect } from 'chai';
import fc from 'fast-check';
import { type CsvRow, CsvScanner } from '../../../../server/rows/parse/scanner.ts';

function scan(blocks: string[], { delimiter = ',', maxLength = undefined as number | undefined } = {}): CsvRow[] {
  const scanner = new CsvScanner(delimiter, maxLength);
  const rows = blocks.flatMap((block) => scanner.push(block));
  return [...rows, ...scanner.end()];
}

const fieldsOf = (rows: CsvRow[]) => rows.filter(({ problem }) => !problem).map(({ fields }) => fields);
const problemsOf = (rows: CsvRow[]) =>
  rows.filter(({ problem }) => problem).map(({ line, problem }) => [line, problem?.code]);

/** Well-formed input as RFC 4180 writes it: the plain way to know what must come out. */
function written(rows: string[][], lineEnd: string, delimiter: string): string {
  const cell = (value: string) => (/[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return rows.map((row) => row.map(cell).join(delimiter) + lineEnd).join('');
}

function cutAt(text: string, cuts: number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((place, index) => text.slice(place, places[index] ?? text.length));
}

const value = fc.string({
  unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r', '\r\n', ' ', '😀'),
  maxLength: 8,
});
const table = fc.integer({ min: 2, max: 5 }).chain((columns) =>
  fc.array(
    fc.array(value, { minLength: columns, maxLength: columns }).filter((row) => row.join('').trim() !== ''),
    { minLength: 1, maxLength: 8 },
  ),
);
const messy = fc.string({ unit: fc.constantFrom('a', 'b', ',', ',', '"', '"', '\n', '\n', '\r', ' '), maxLength: 120 });
const cuts = fc.array(fc.nat(400), { maxLength: 12 });

describe('the CSV scanner', () => {
  it('reads every well-formed table as it was written, however it is cut into blocks', () => {
    fc.assert(
      fc.property(
        table,
        cuts,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom(',', ';', '\t'),
        (rows, at, end, by) => {
          const header = rows[0]?.map((_, index) => `h${index}`) ?? [];
          const text = written([header, ...rows], end, by);
          expect(fieldsOf(scan(cutAt(text, at), { delimiter: by }))).to.deep.equal(rows);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the same rows, lines and problems for any text, however it is cut into blocks', () => {
    fc.assert(
      fc.property(messy, cuts, fc.constantFrom(12, 40, 1000), (text, at, maxLength) => {
        const whole = `x,y\n${text}`;
        expect(scan(cutAt(whole, at), { maxLength })).to.deep.equal(scan([whole], { maxLength }));
      }),
      { numRuns: 2000 },
    );
  });

  it('counts physical lines: each row begins where its number says', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const whole = `x,y\n${text}`;
        const lines = whole.split(/\r\n|\n|\r/);
        for (const { line, raw } of scan([whole])) {
          const first = raw.split(/[\r\n]/)[0] ?? '';
          expect(lines[line - 1]).to.equal(first);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('loses one row to an unclosed quote, and no other', () => {
    const rows = Array.from({ length: 999 }, (_, index) => `${index},"text, ${index}"`);
    rows[10] = '10,"never closed';
    const read = scan([`id,text\n${rows.join('\n')}`]);
    expect(fieldsOf(read)).to.have.length(998);
    expect(problemsOf(read)).to.deep.equal([[12, 'unclosed_quote']]);
  });

  it('loses one row to an unclosed quote where no other quote follows, in a file larger than any row may be', () => {
    const rows = Array.from({ length: 5000 }, (_, index) => `${index},some text of the row ${index}`);
    rows[10] = '10,"never closed';
    const read = scan([`id,text\n${rows.join('\n')}\n`], { maxLength: 20_000 });
    expect(fieldsOf(read)).to.have.length(4999);
    expect(problemsOf(read)).to.deep.equal([[12, 'unclosed_quote']]);
  });

  it('loses one row to an unclosed quote that a later quoted field seems to close', () => {
    const read = scan(['id,a,b\n1,"open,x\n2,y,z\n3,y,"\n4,p,q\n']);
    expect(fieldsOf(read).map(([id]) => id)).to.deep.equal(['2', '4']);
    expect(problemsOf(read)).to.deep.equal([
      [2, 'unclosed_quote'],
      [4, 'unclosed_quote'],
    ]);
  });

  it('passes over a field of ten megabytes and reads the rows around it', () => {
    const large = 'x'.repeat(10_000_000);
    for (const field of [large, `"${large}"`, `"${'x\n'.repeat(5_000_000)}"`]) {
      const read = scan(cutAt(`id,a,b\n1,p,q\n2,${field},z\n3,p,q\n`, [70_000, 1_200_000, 9_000_000]));
      expect(fieldsOf(read).map(([id]) => id)).to.deep.equal(['1', '3']);
      expect(problemsOf(read)).to.deep.equal([[3, 'row_too_large']]);
    }
  });

  it('says which rows have another number of columns, and skips blank lines', () => {
    const read = scan(['id,a\n\n1\n2,x,y\n  \n3,x\n\n']);
    expect(fieldsOf(read)).to.deep.equal([['3', 'x']]);
    expect(problemsOf(read)).to.deep.equal([
      [3, 'wrong_column_count'],
      [4, 'wrong_column_count'],
    ]);
  });

  it('rejects a field that goes on after its closing quote', () => {
    const read = scan(['id,a\n1,"he said "hi""\n2,x\n']);
    expect(fieldsOf(read)).to.deep.equal([['2', 'x']]);
    expect(problemsOf(read)).to.deep.equal([[2, 'stray_quote']]);
  });

  it('takes a quote inside an unquoted field as it is', () => {
    expect(fieldsOf(scan(['id,a\n1,5" pipe\n']))).to.deep.equal([['1', '5" pipe']]);
  });
});
