import { ParquetReader } from '@dsnp/parquetjs';
import { expect } from 'chai';
import type { Cell, CellPage } from '../../../server/reports/cell.ts';
import type { HeadedColumn } from '../../../server/reports/columns.ts';
import { parquet } from '../../../server/reports/parquet.ts';

const columns: HeadedColumn[] = [
  { header: 'id', kind: 'text' },
  { header: 'score', kind: 'number' },
  { header: 'at', kind: 'time' },
  { header: 'vip', kind: 'boolean' },
];

async function* pagesOf(rows: Cell[][], size: number): AsyncGenerator<CellPage> {
  for (let first = 0; first < rows.length; first += size) yield rows.slice(first, first + size);
}

/** As a library reads it that has nothing to do with ours. */
async function read(rows: Cell[][], size = 200): Promise<Record<string, unknown>[]> {
  const blocks: Uint8Array[] = [];
  for await (const block of parquet(pagesOf(rows, size), columns)) blocks.push(block);
  const reader = await ParquetReader.openBuffer(Buffer.concat(blocks));
  const cursor = reader.getCursor();
  const records: Record<string, unknown>[] = [];
  for (let record = await cursor.next(); record; record = await cursor.next())
    records.push(record as Record<string, unknown>);
  await reader.close();
  return records;
}

describe('a Parquet report', () => {
  const at = new Date('2026-11-03T09:15:00.250Z');

  it('is read by others, with values of their types', async () => {
    const [record] = await read([['CALL-1', 12.5, at, true]]);
    expect(record).to.deep.equal({ id: 'CALL-1', score: 12.5, at, vip: true });
  });

  it('is written before much text is gathered, however few rows that is', async () => {
    const taken: number[] = [];
    async function* pages(): AsyncGenerator<CellPage> {
      for (let page = 1; page <= 6; page++) {
        taken.push(page);
        yield Array.from({ length: 20 }, () => ['x'.repeat(100_000), page, at, true]);
      }
    }
    const blocks = parquet(pages(), columns);
    await blocks.next();
    expect(taken).to.deep.equal([1, 2]);
    await blocks.return(undefined);
  });

  it('has null for empty cells, and text for whatever metadata holds', async () => {
    const records = await read([
      [7, null, null, null],
      [false, -1, at, false],
    ]);
    expect(records.map((record) => record.id)).to.deep.equal(['7', 'false']);
    expect(records[0]?.score ?? null).to.equal(null);
  });

  it('holds all rows in order over many groups', async () => {
    const rows = Array.from({ length: 25_000 }, (_, n): Cell[] => [`CALL-${n}`, n, at, n % 2 === 0]);
    const records = await read(rows, 700);
    expect(records.map(({ id }) => id)).to.deep.equal(rows.map(([id]) => id));
  });

  it('is a whole file when there are no rows', async () => {
    expect(await read([])).to.deep.equal([]);
  });
});
