import { expect } from 'chai';
import { ByteBudget } from '../../../server/storage/byte-budget.ts';

describe('memory that several share', () => {
  it('is never given out twice, and goes to who asked first', async () => {
    const budget = new ByteBudget(10);
    let held = 0;
    let most = 0;
    const order: number[] = [];
    const use = (name: number, bytes: number) =>
      budget.hold(bytes, async () => {
        held += bytes;
        most = Math.max(most, held);
        order.push(name);
        await new Promise((resolve) => setImmediate(resolve));
        held -= bytes;
      });
    await Promise.all([4, 4, 9, 1, 2, 10, 3].map((bytes, name) => use(name, bytes)));
    expect(most).to.be.at.most(10);
    expect(order).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
    expect(held).to.equal(0);
  });

  it('is given back by who fails, and one who wants more than all waits for all', async () => {
    const budget = new ByteBudget(10);
    const failure = await budget.hold(10, () => Promise.reject(new Error('no'))).catch((error: Error) => error.message);
    expect(failure).to.equal('no');
    expect(await budget.hold(100, async () => 'yes')).to.equal('yes');
  });
});
