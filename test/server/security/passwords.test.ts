import { expect } from 'chai';
import { hashPassword, verifyPassword } from '../../../server/security/passwords.ts';
import { AppError } from '../../../shared/error.ts';

describe('passwords', () => {
  it('are kept as a salted hash that only they fit', async () => {
    const [hash, again] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(hash).to.not.equal(again);
    expect(await verifyPassword('correct horse', hash)).to.equal(true);
    expect(await verifyPassword('Correct horse', hash)).to.equal(false);
  });

  it('fit nobody who has none', async () => {
    expect(await verifyPassword('', null)).to.equal(false);
    expect(await verifyPassword('anything at all', null)).to.equal(false);
  });

  it('are refused when short', async () => {
    const refusal = await hashPassword('short').catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError).with.property('field', 'password');
  });
});
