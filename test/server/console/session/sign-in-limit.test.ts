import { expect } from 'chai';
import { openSignInLimit } from '../../../../server/console/session/sign-in-limit.ts';
import { AppError } from '../../../../shared/error.ts';

describe('the limit of sign-ins', () => {
  const isRefused = async (check: Promise<void>) => {
    const thrown = await check.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (thrown !== undefined && !(thrown instanceof AppError)) throw thrown;
    return thrown?.code === 'rate_limited';
  };

  it('lets nine failures pass and refuses after ten, for that e-mail in any case and that address', async () => {
    const limit = openSignInLimit();
    for (let i = 0; i < 9; i++) await limit.countFailure('a@b.test', '10.0.0.1');
    expect(await isRefused(limit.check('a@b.test', '10.0.0.1'))).to.equal(false);
    await limit.countFailure('A@B.test', '10.0.0.1');
    expect(await isRefused(limit.check('a@b.test', '10.0.0.1'))).to.equal(true);
    expect(await isRefused(limit.check('a@b.test', '10.0.0.2'))).to.equal(false);
    expect(await isRefused(limit.check('c@b.test', '10.0.0.1'))).to.equal(false);
  });

  it('goes on counting past the limit without failing', async () => {
    const limit = openSignInLimit();
    for (let i = 0; i < 30; i++) await limit.countFailure('a@b.test', '10.0.0.1');
    expect(await isRefused(limit.check('a@b.test', '10.0.0.1'))).to.equal(true);
  });

  it('forgets failures after a right password', async () => {
    const limit = openSignInLimit();
    for (let i = 0; i < 10; i++) await limit.countFailure('a@b.test', '10.0.0.1');
    await limit.forgive('a@b.test', '10.0.0.1');
    expect(await isRefused(limit.check('a@b.test', '10.0.0.1'))).to.equal(false);
  });

  it('slows down one address that tries many e-mails', async () => {
    const limit = openSignInLimit();
    for (let i = 0; i < 200; i++) await limit.countFailure(`user${i}@b.test`, '10.0.0.1');
    expect(await isRefused(limit.check('another@b.test', '10.0.0.1'))).to.equal(true);
    expect(await isRefused(limit.check('another@b.test', '10.0.0.2'))).to.equal(false);
  });
});
