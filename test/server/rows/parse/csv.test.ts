import { expect } from 'chai';
import { readCsv } from '../../../../server/rows/parse/csv.ts';
import { AppError } from '../../../../shared/error.ts';

async function* blocksOf(text: string, size = 65_536) {
  for (let start = 0; start < text.length; start += size) yield Buffer.from(text.slice(start, start + size));
}

async function rowsOf(text: string): Promise<number> {
  let rows = 0;
  for await (const block of readCsv(blocksOf(text), { encoding: 'utf8', markLength: 0, isDamaged: false }))
    rows += block.rows.length;
  return rows;
}

describe('a file that is no CSV', () => {
  it('is refused in words, and soon, when it is megabytes without a line end', async () => {
    const refusal = await rowsOf('x'.repeat(3_000_000)).catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError);
    expect(refusal.message).to.match(/header/);
  });

  it('has no rows when it is megabytes of blanks', async () => {
    expect(await rowsOf(' '.repeat(3_000_000)).catch((error: AppError) => error.code)).to.be.oneOf([0, 'invalid']);
  });
});
