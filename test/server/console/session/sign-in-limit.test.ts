import { expect } from 'chai';
import { openSignInLimit, type SignInLimit } from '../../../../server/console/session/sign-in-limit.ts';
import { AppError } from '../../../../shared/error.ts';

describe('the limit of sign-ins', () => {
  const wrong = () => Promise.resolve(undefined);
  const right = () => Promise.resolve('proved');

  /** What came of a guess: `wrong`, `right`, or the code of what was thrown. */
  async function guess(
    limit: SignInLimit,
    person: string,
    { address = '10.0.0.1', prove = wrong }: { address?: string; prove?: () => Promise<string | undefined> } = {},
  ): Promise<string> {
    try {
      return (await limit.guess(person, address, prove)) === undefined ? 'wrong' : 'right';
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown.code;
      throw thrown;
    }
  }

  it('lets ten failures pass and refuses then, for that e-mail in any case and that address', async () => {
    const limit = openSignInLimit();
    for (let i = 0; i < 9; i++) expect(await guess(limit, 'a@b.test')).to.equal('wrong');
    expect(await guess(limit, 'A@B.test')).to.equal('wrong');
    expect(await guess(limit, 'a@b.test', { prove: right })).to.equal('rate_limited');
    expect(await guess(limit, 'a@b.test', { address: '10.0.0.2' })).to.equal('wrong');
    expect(await guess(limit, 'c@b.test')).to.equal('wrong');
  });

  it('has as many guesses under way as there may be failures, and no more', async () => {
    const limit = openSignInLimit();
    const ends: (() => void)[] = [];
    const prove = () => new Promise<undefined>((resolve) => ends.push(() => resolve(undefined)));
    const guesses = Array.from({ length: 30 }, () => guess(limit, 'a@b.test', { prove }));
    await Promise.all(guesses.slice(10));
    expect(ends).to.have.length(10);
    for (const end of ends) end();
    const outcomes = await Promise.all(guesses);
    expect(outcomes.filter((outcome) => outcome === 'wrong')).to.have.length(10);
    expect(outcomes.filter((outcome) => outcome === 'rate_limited')).to.have.length(20);
  });

  it('forgets failures after a right password, and when somebody has proved himself in another way', async () => {
    const limit = openSignInLimit();
    for (let i = 0; i < 9; i++) await guess(limit, 'a@b.test');
    expect(await guess(limit, 'a@b.test', { prove: right })).to.equal('right');
    for (let i = 0; i < 10; i++) expect(await guess(limit, 'a@b.test')).to.equal('wrong');
    await limit.forgive('a@b.test', '10.0.0.1');
    expect(await guess(limit, 'a@b.test')).to.equal('wrong');
  });

  it('counts no right password, and none that could not be looked at', async () => {
    const limit = openSignInLimit();
    const away = () => Promise.reject(new AppError('database_unavailable', 'away'));
    for (let i = 0; i < 300; i++) {
      expect(await guess(limit, `user${i}@b.test`, { prove: right })).to.equal('right');
      expect(await guess(limit, 'a@b.test', { prove: away })).to.equal('database_unavailable');
    }
    expect(await guess(limit, 'a@b.test', { prove: right })).to.equal('right');
  });

  it('slows down one address that tries many e-mails', async () => {
    const limit = openSignInLimit();
    for (let i = 0; i < 200; i++) await guess(limit, `user${i}@b.test`);
    expect(await guess(limit, 'another@b.test')).to.equal('rate_limited');
    expect(await guess(limit, 'another@b.test', { address: '10.0.0.2' })).to.equal('wrong');
  });
});
