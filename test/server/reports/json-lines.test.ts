import { expect } from 'chai';
import type { CellPage } from '../../../server/reports/cell.ts';
import { jsonLines } from '../../../server/reports/json-lines.ts';

async function written(...pages: CellPage[]): Promise<string> {
  const blocks: Buffer[] = [];
  const all = (async function* () {
    yield* pages;
  })();
  for await (const block of jsonLines(all, { keys: ['id', 'a "value"'], time: (at) => at.toISOString() }))
    blocks.push(block);
  return Buffer.concat(blocks).toString();
}

describe('a JSONL report', () => {
  it('is one object a line, with values of their types and null for empty cells', async () => {
    const at = new Date('2026-11-03T09:15:00Z');
    const text = await written(
      [
        ['=A\n"1"', 12.5],
        ['B', null],
      ],
      [
        ['C', at],
        ['D', true],
      ],
    );
    expect(text.split('\n')).to.have.length(5);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).to.deep.equal([
      { id: '=A\n"1"', 'a "value"': 12.5 },
      { id: 'B', 'a "value"': null },
      { id: 'C', 'a "value"': at.toISOString() },
      { id: 'D', 'a "value"': true },
    ]);
  });

  it('is empty when there are no rows', async () => {
    expect(await written()).to.equal('');
  });
});
