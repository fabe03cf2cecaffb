import { expect } from 'chai';
import { type JWTPayload, SignJWT } from 'jose';
import { createUser } from '../../../server/accounts/users.ts';
import { acceptEmbedToken, createEmbedSecret, signEmbedToken } from '../../../server/security/embed.ts';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';

const email = 'agent@host.test';

describe("a host's token", () => {
  let services: Services;
  let account: { id: number; uid: string };
  let user: { userId: number; userUid: string };
  let key: { kid: string; secret: string };
  let tokens = 0;

  before(async () => {
    services = await testServices();
    account = await testAccount(services);
    const { id, uid } = await createUser(services, account.id, { email, role: 'agent' });
    user = { userId: id, userUid: uid };
  });
  beforeEach(async () => {
    key = await createEmbedSecret(services, account.id);
  });
  after(() => services.close());

  interface Wrong {
    claims?: JWTPayload;
    header?: { alg?: string; kid?: string };
    secret?: string;
    /** How far the host's clock is ahead of ours. */
    clockSeconds?: number;
    lifeSeconds?: number;
  }

  function token({ claims = {}, header = {}, secret = key.secret, clockSeconds = 0, lifeSeconds = 120 }: Wrong = {}) {
    const iat = Math.floor(Date.now() / 1000) + clockSeconds;
    const right = {
      iss: account.uid,
      sub: email,
      aud: 'cqa-console',
      iat,
      exp: iat + lifeSeconds,
      jti: `t${++tokens}`,
    };
    return new SignJWT({ ...right, ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: key.kid, ...header })
      .sign(new TextEncoder().encode(secret));
  }

  async function refusal(text: string): Promise<string> {
    try {
      await acceptEmbedToken(services, text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).to.equal('unauthorized');
      return error.message;
    }
    throw new Error('The token was accepted');
  }

  it("opens its user's session", async () => {
    expect(await acceptEmbedToken(services, await token())).to.deep.equal({ accountId: account.id, ...user });
  });

  it('is what "cqa embed token" signs', async () => {
    const signed = await signEmbedToken(services, account, email);
    expect(await acceptEmbedToken(services, signed)).to.deep.equal({ accountId: account.id, ...user });
  });

  it('is good once, also when it comes twice at the same time', async () => {
    const same = await token();
    const both = await Promise.allSettled([acceptEmbedToken(services, same), acceptEmbedToken(services, same)]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect(await refusal(same)).to.match(/used before/);
  });

  it('may come from a clock ten minutes wrong, and not more', async () => {
    for (const clockSeconds of [-9 * 60, 9 * 60]) await acceptEmbedToken(services, await token({ clockSeconds }));
    expect(await refusal(await token({ clockSeconds: -13 * 60 }))).to.match(/expired/);
    expect(await refusal(await token({ clockSeconds: 11 * 60 }))).to.match(/future/);
  });

  it('lives at most five minutes', async () => {
    await acceptEmbedToken(services, await token({ lifeSeconds: 300 }));
    expect(await refusal(await token({ lifeSeconds: 301 }))).to.match(/at most 5 minutes/);
  });

  it('names a key that is known here', async () => {
    expect(await refusal(await token({ header: { kid: 'ek_other' } }))).to.match(/kid/);
    expect(await refusal('nonsense')).to.match(/no signed JWT/);
  });

  it('is signed with that key', async () => {
    expect(await refusal(await token({ secret: 'x'.repeat(43) }))).to.match(/not signed/);
    expect(await refusal(await token({ header: { alg: 'HS512' }, secret: key.secret.repeat(2) }))).to.match(
      /not signed/,
    );
    const none = `${Buffer.from(JSON.stringify({ alg: 'none', kid: key.kid })).toString('base64url')}.${(await token()).split('.')[1]}.`;
    expect(await refusal(none)).to.match(/not signed/);
  });

  it("is for the console, from this account: another account's key opens nothing here", async () => {
    const other = await testAccount(services);
    const otherKey = await createEmbedSecret(services, other.id);
    const forged = await token({ header: { kid: otherKey.kid }, secret: otherKey.secret });
    expect(await refusal(forged)).to.match(/"iss"/);
    expect(await refusal(await token({ claims: { aud: 'elsewhere' } }))).to.match(/"aud"/);
  });

  it('has every claim', async () => {
    for (const claim of ['sub', 'jti', 'iat', 'exp'])
      expect(await refusal(await token({ claims: { [claim]: undefined } })), claim).to.match(/claim/);
  });

  it('names a user who is there and not disabled', async () => {
    expect(await refusal(await token({ claims: { sub: 'nobody@host.test' } }))).to.match(/no user nobody@host.test/);
    await createUser(services, account.id, { email: 'gone@host.test', role: 'agent' });
    await services.database.pool.query("UPDATE user SET disabled_at = NOW(3) WHERE email = 'gone@host.test'");
    expect(await refusal(await token({ claims: { sub: 'gone@host.test' } }))).to.match(/no user/);
  });

  it('takes nothing from its claims but who it is', async () => {
    const { userId: same } = await acceptEmbedToken(services, await token({ claims: { role: 'admin', name: 'Boss' } }));
    expect(same).to.equal(user.userId);
  });

  it('is good with the last key and the one before, no older one', async () => {
    const oldest = key;
    const before = await createEmbedSecret(services, account.id);
    await acceptEmbedToken(services, await token({ header: { kid: oldest.kid }, secret: oldest.secret }));
    await createEmbedSecret(services, account.id);
    await acceptEmbedToken(services, await token({ header: { kid: before.kid }, secret: before.secret }));
    expect(await refusal(await token({ header: { kid: oldest.kid }, secret: oldest.secret }))).to.match(/kid/);
  });

  it('is not signed for an account without a secret: the command that makes one is named', async () => {
    const bare = await testAccount(services);
    const error = await signEmbedToken(services, bare, email).catch((thrown: unknown) => thrown);
    expect((error as AppError).message).to.contain('cqa account embed-secret');
  });
});
