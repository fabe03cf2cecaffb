import { expect } from 'chai';
import { nextDueMs, Slots } from '../../../server/webhooks/slots.ts';

const never = new AbortController().signal;

describe('slots for calls', () => {
  let now = 0;
  const open = (limits: Partial<ConstructorParameters<typeof Slots>[0]> = {}) =>
    new Slots({ perHost: 2, waitingPerHost: 0, perAccount: 9, ...limits }, () => now);
  const delayOf = async (slots: Slots, accountId = 1, host = 'a') => {
    const taken = await slots.take(accountId, host, never);
    return 'delayMs' in taken ? taken.delayMs : undefined;
  };
  const slotOf = async (slots: Slots, host = 'a') => {
    const taken = await slots.take(1, host, never);
    if ('delayMs' in taken) throw new Error('no slot was free');
    return taken;
  };
  const isFree = async (slots: Slots, accountId = 1, host = 'a') =>
    (await delayOf(slots, accountId, host)) === undefined;

  it('are limited for each host of an account, and for the account', async () => {
    const slots = open({ perAccount: 3 });
    expect([await isFree(slots), await isFree(slots), await isFree(slots)]).to.deep.equal([true, true, false]);
    expect([await isFree(slots, 1, 'b'), await isFree(slots, 1, 'b')]).to.deep.equal([true, false]);
    expect(await isFree(slots, 2)).to.equal(true);
  });

  it('come back', async () => {
    const slots = open({ perHost: 1 });
    (await slotOf(slots)).giveBack();
    expect(await isFree(slots)).to.equal(true);
  });

  it('go to who waits, in the order in which they came', async () => {
    const slots = open({ perHost: 1, waitingPerHost: 2 });
    const first = await slotOf(slots);
    const order: number[] = [];
    const [second, third] = [1, 2].map(async (n) => {
      const slot = await slotOf(slots);
      order.push(n);
      return slot;
    });
    expect(await isFree(slots)).to.equal(false);
    expect(order).to.deep.equal([]);
    first.giveBack();
    (await second)?.giveBack();
    await third;
    expect(order).to.deep.equal([1, 2]);
  });

  it('are not kept for who no longer waits', async () => {
    const slots = open({ perHost: 1, waitingPerHost: 1 });
    const first = await slotOf(slots);
    const stop = new AbortController();
    const waiting = slots.take(1, 'a', stop.signal).catch((error) => error);
    stop.abort(new Error('stopping'));
    expect(await waiting).to.have.property('message', 'stopping');
    first.giveBack();
    expect(await isFree(slots)).to.equal(true);
  });

  it('are asked for again one after the other, the later the slower the host is', async () => {
    const delaysAt = async (tookMs: number) => {
      const slots = open({ perHost: 1 });
      for (let i = 0; i < 30; i++) {
        const slot = await slotOf(slots);
        now += tookMs;
        slot.giveBack();
      }
      await slotOf(slots);
      return [await delayOf(slots), await delayOf(slots), await delayOf(slots)].map(Number);
    };
    const [first = 0, second = 0, third = 0] = await delaysAt(10_000);
    expect(second - first).to.be.within(4_900, 5_000);
    expect(third - second).to.be.closeTo(second - first, 0.001);
    expect((await delaysAt(10))[2]).to.be.below(100);
  });

  it('never keep anything waiting for more than a minute', async () => {
    const slots = open({ perHost: 1 });
    await slotOf(slots);
    let longest = 0;
    for (let i = 0; i < 100_000; i++) longest = Math.max(longest, Number(await delayOf(slots)));
    expect(longest).to.equal(60_000);
  });
});

describe('when what is put back is due', () => {
  const at = (lastDueMs: number, meanMs: number) =>
    nextDueMs({ lastDueMs, meanMs }, { now: 1_000_000, perHost: 4 }) - 1_000_000;

  it('is in 50 ms and half its share of a call, where nothing is put back before it', () => {
    expect(at(0, 20)).to.equal(50 + 2.5);
    expect(at(1_000_000 - 1, 800)).to.equal(50 + 100);
  });

  it('is as much after the one before it', () => {
    expect(at(1_000_000 + 5_000, 20)).to.equal(5_000 + 2.5);
    expect(at(1_000_000 + 5_000, 10_000)).to.equal(5_000 + 1_250);
  });

  it('is within a minute, however slow the host was and however many wait', () => {
    expect(at(1_000_000 + 59_999, 10_000)).to.equal(60_000);
    expect(at(1_000_000 + 60_000, 20)).to.equal(60_000);
    expect(at(0, 3_600_000)).to.equal(60_000);
  });
});
