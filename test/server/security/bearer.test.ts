import { expect } from 'chai';
import { decodeJwt, SignJWT } from 'jose';
import { newId, uuidText } from '../../../db/uuid.ts';
import { openAccessToken, signAccessToken, type TokenClaims } from '../../../server/security/bearer.ts';
import { openKeyring } from '../../../server/security/seal.ts';
import { testSecretKey } from '../../harness/services.ts';

const keyring = openKeyring(testSecretKey);
const claims: TokenClaims = { keyUid: uuidText(newId()), accountUid: uuidText(newId()), scopes: ['ingest', 'read'] };

describe('access tokens', () => {
  it('give back what they were made of, for a quarter of an hour', async () => {
    const { token, expiresIn } = await signAccessToken(keyring, claims);
    expect(await openAccessToken(keyring, token)).to.deep.equal(claims);
    const { exp = 0, iat = 0 } = decodeJwt(token);
    expect(exp - iat)
      .to.equal(900)
      .and.to.equal(expiresIn);
  });

  it('are worth nothing when anything of them is changed, or another installation made them', async () => {
    const { token } = await signAccessToken(keyring, claims);
    const [head, body, signature] = token.split('.');
    const widened = Buffer.from(JSON.stringify({ ...decodeJwt(token), scope: 'read' })).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    const foreign = await signAccessToken(openKeyring('another key of another installation'), claims);
    const others = [`${head}.${widened}.${signature}`, `${unsigned}.${body}.`, foreign.token, '', 'x', `${token}x`];
    for (const other of others) expect(await openAccessToken(keyring, other)).to.equal(undefined);
  });

  it('end, and are told apart from other tokens signed with the same key', async () => {
    const token = (facts: { audience?: string; typ?: string; expires?: string }) =>
      new SignJWT({ scope: 'read' })
        .setProtectedHeader({ alg: 'HS256', typ: facts.typ ?? 'at+jwt' })
        .setSubject(claims.keyUid)
        .setIssuer(claims.accountUid)
        .setAudience(facts.audience ?? 'cqa-api')
        .setIssuedAt()
        .setExpirationTime(facts.expires ?? '1 minute')
        .sign(keyring.derive('oauth'));
    expect(await openAccessToken(keyring, await token({}))).to.deep.equal({ ...claims, scopes: ['read'] });
    for (const facts of [{ expires: '1 minute ago' }, { audience: 'cqa-console' }, { typ: 'JWT' }])
      expect(await openAccessToken(keyring, await token(facts))).to.equal(undefined);
  });
});
