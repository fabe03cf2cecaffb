import { expect } from 'chai';
import fc from 'fast-check';
import { idRanges, mergedRanges } from '../../../db/queries/id-ranges.ts';
import { derivedId } from '../../../db/uuid.ts';

const ids = fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_300_000 }), { minLength: 1, maxLength: 60 });
const idAt = (ms: number, n: number) => derivedId(ms, String(n));

describe('ranges of ids', () => {
  it('hold every id, in order and apart from one another', () => {
    fc.assert(
      fc.property(ids, (times) => {
        const list = times.map(idAt);
        const ranges = idRanges(list);
        for (const id of list)
          expect(ranges.filter(({ first, last }) => first.compare(id) <= 0 && last.compare(id) >= 0)).to.have.lengthOf(
            1,
          );
        for (const [index, { first }] of ranges.slice(1).entries())
          expect(ranges[index]?.last.compare(first)).to.equal(-1);
      }),
    );
  });

  it('are at most as many as are asked for, divided at the widest gaps', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 5 }), (times, most) => {
        const ranges = idRanges(times.map(idAt));
        const merged = mergedRanges(ranges, most);
        expect(merged.length).to.be.at.most(most);
        expect(merged[0]?.first).to.deep.equal(ranges[0]?.first);
        expect(merged.at(-1)?.last).to.deep.equal(ranges.at(-1)?.last);
      }),
    );
    const at = [0, 1_000, 60_000, 61_000].map((ms, n) => idAt(1_700_000_000_000 + ms, n));
    const divided = mergedRanges(
      at.map((id) => ({ first: id, last: id })),
      2,
    );
    expect(divided).to.deep.equal([
      { first: at[0], last: at[1] },
      { first: at[2], last: at[3] },
    ]);
  });

  it('of none are none', () => {
    expect(idRanges([])).to.deep.equal([]);
  });
});
