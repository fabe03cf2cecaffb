import { expect } from 'chai';
import { LeftOut } from '../../../../server/connectors/calls/left-out.ts';

describe('calls that a source leaves out', () => {
  it('are told in one line, the most frequent reason first', () => {
    const leftOut = new LeftOut();
    leftOut.add('filtered', 7);
    leftOut.add('without a recording', 30);
    leftOut.add('without a recording', 1);
    leftOut.add('over the quotas', 0);
    expect(leftOut.notes()).to.deep.equal(['38 calls left out (31 without a recording; 7 filtered)']);
  });

  it('are told shortly where there is one reason, and not at all where there are none', () => {
    const leftOut = new LeftOut();
    expect(leftOut.notes()).to.deep.equal([]);
    leftOut.add('without a recording', 1);
    expect(leftOut.notes()).to.deep.equal(['1 call left out (without a recording)']);
  });
});
