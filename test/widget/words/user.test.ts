import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { ownAddressWords } = await widgetModule<typeof import('../../../widget/words/user.ts')>('words/user.ts');

describe('what is said of a user’s own address', () => {
  const wordsOf = (is_verified: boolean, state: 'ready' | 'unverified' | 'no_domains' | 'not_configured') =>
    ownAddressWords({ email: 'ann@acme.example', is_verified, state, message: '' });

  it('promises no mail where none is sent', () => {
    expect(wordsOf(true, 'ready').meaning).not.to.contain('No report');
    for (const isVerified of [true, false])
      for (const state of ['no_domains', 'not_configured'] as const)
        expect(wordsOf(isVerified, state).meaning).to.contain('No report is mailed to it');
  });

  it('tells whether it is verified whatever can be mailed', () => {
    expect(wordsOf(true, 'not_configured').word).to.equal('Verified');
    expect(wordsOf(false, 'no_domains').word).to.equal('Not verified');
  });
});
