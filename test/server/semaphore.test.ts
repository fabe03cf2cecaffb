import { expect } from 'chai';
import { Semaphore } from '../../server/semaphore.ts';

const turn = () => new Promise(setImmediate);

describe('Semaphore', () => {
  it('lets so many act at once, in the order of coming, also where some fail', async () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    const ends: ((isFailure: boolean) => void)[] = [];
    const all = [0, 1, 2, 3].map((index) =>
      semaphore.run(
        () =>
          new Promise<void>((resolve, reject) => {
            begun.push(index);
            ends.push((isFailure) => (isFailure ? reject(new Error('no')) : resolve()));
          }),
      ),
    );
    const settled = Promise.allSettled(all);
    await turn();
    expect(begun).to.deep.equal([0, 1]);
    ends[0]?.(true);
    await turn();
    expect(begun).to.deep.equal([0, 1, 2]);
    ends[1]?.(false);
    await turn();
    for (const end of ends) end(false);
    expect((await settled).map(({ status }) => status)).to.deep.equal(['rejected', ...Array(3).fill('fulfilled')]);
  });

  it('gives a permit back once, however often it is released', () => {
    const semaphore = new Semaphore(1);
    const release = semaphore.tryAcquire();
    expect(semaphore.tryAcquire()).to.equal(undefined);
    release?.();
    release?.();
    expect(semaphore.tryAcquire()).not.to.equal(undefined);
    expect(semaphore.tryAcquire()).to.equal(undefined);
  });

  it('lets everybody go on once it is opened', async () => {
    const semaphore = new Semaphore(1);
    await semaphore.acquire();
    const waiting = semaphore.acquire();
    semaphore.open();
    await waiting;
    await semaphore.acquire();
  });
});
