import { expect } from 'chai';
import { openKeyring } from '../../../server/security/seal.ts';
import { AppError } from '../../../shared/error.ts';

describe('sealed secrets', () => {
  const keyring = openKeyring('a key of this test');

  it('open to what was sealed, and never look alike', () => {
    const [one, other] = [keyring.seal('hunter2 ü'), keyring.seal('hunter2 ü')];
    expect(keyring.open(one)).to.equal('hunter2 ü');
    expect(one).to.not.equal(other);
    expect(one).to.not.include('hunter2');
  });

  it('say so when they were sealed with another key', () => {
    const other = openKeyring('another key of this test').seal('x');
    expect(() => keyring.open(other))
      .to.throw(AppError)
      .with.property('code', 'secret_key_wrong');
  });

  it('are refused when a single character was changed', () => {
    const sealed = keyring.seal('hunter2');
    const parts = sealed.split('.');
    for (const index of [2, 3, 4]) {
      const part = parts[index] ?? '';
      const flipped = (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
      const damaged = parts.map((original, at) => (at === index ? flipped : original)).join('.');
      expect(() => keyring.open(damaged))
        .to.throw(AppError)
        .with.property('code', 'sealed_data_damaged');
    }
  });

  it('derive another key for each purpose', () => {
    expect(keyring.derive('storage').equals(keyring.derive('tickets'))).to.equal(false);
  });
});
