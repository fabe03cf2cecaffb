import { expect } from 'chai';
import { openPasswordTurns } from '../../../../server/console/session/password-turns.ts';
import { AppError } from '../../../../shared/error.ts';

describe('turns at the passwords of people who are not signed in', () => {
  it('are two at once, a few wait in order of coming, and the rest is told to come again', async () => {
    const turns = openPasswordTurns({ waiting: 3 });
    const [begun, ends]: [number[], (() => void)[]] = [[], []];
    const derive = (n: number) => () => {
      begun.push(n);
      return new Promise<number>((resolve) => ends.push(() => resolve(n)));
    };
    const results = [0, 1, 2, 3, 4, 5, 6].map((n) => turns.take(derive(n)));
    const refused = await Promise.all(results.slice(5).map((result) => result.catch((error: unknown) => error)));
    for (const error of refused) expect(error).to.be.instanceOf(AppError).with.property('code', 'rate_limited');
    expect(begun).to.deep.equal([0, 1]);
    for (const n of [0, 1, 2, 3, 4]) {
      ends[n]?.();
      expect(await results[n]).to.equal(n);
      expect(begun.length).to.be.at.most(n + 3);
    }
    expect(begun).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('go on to others where one of them fails', async () => {
    const turns = openPasswordTurns({ waiting: 0 });
    for (let n = 0; n < 5; n++) {
      const failed = await turns.take(() => Promise.reject(new Error('away'))).catch((error: unknown) => error);
      expect(failed).to.have.property('message', 'away');
    }
    expect(await turns.take(() => Promise.resolve('derived'))).to.equal('derived');
  });
});
