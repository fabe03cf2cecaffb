import { expect } from 'chai';
import { CallGroup } from '../../server/call-group.ts';

describe('calls in groups', () => {
  it('go one group at a time: what comes while one is under way is the next, and each gets its own answer', async () => {
    const groups: number[][] = [];
    const doubling = new CallGroup(async (list: number[]) => {
      groups.push(list);
      if (groups.length === 1) later.push(doubling.add(3), doubling.add(4));
      return list.map((number) => 2 * number);
    });
    const later: Promise<number>[] = [];
    expect(await Promise.all([doubling.add(1), doubling.add(2)])).to.deep.equal([2, 4]);
    expect(await Promise.all(later)).to.deep.equal([6, 8]);
    expect(groups).to.deep.equal([
      [1, 2],
      [3, 4],
    ]);
  });

  it('are no larger than they may be, and a group that fails fails its own alone', async () => {
    const group = new CallGroup(async (list: number[]) => {
      if (list.includes(2)) throw new Error('two');
      return list;
    }, 2);
    const ends = await Promise.allSettled([1, 2, 3].map((number) => group.add(number)));
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'fulfilled']);
  });

  it('need no answers where there is nothing to say', async () => {
    const done: number[] = [];
    const group = new CallGroup(async (list: number[]) => void done.push(...list));
    await Promise.all([group.add(1), group.add(2)]);
    expect(done).to.deep.equal([1, 2]);
  });
});
