import { expect } from 'chai';
import { newPrivateKey, publicKeyOf } from '../../../../server/connectors/sftp/keys.ts';

describe('key pairs made for a connector', () => {
  it('can all be read: none of 2,000 is one of those that the library gets wrong', () => {
    const lines = Array.from({ length: 2000 }, () => publicKeyOf(newPrivateKey()));
    expect(new Set(lines).size).to.equal(lines.length);
    for (const line of lines) expect(line).to.match(/^ssh-ed25519 [A-Za-z0-9+/=]{68} cqa$/);
  });
});
