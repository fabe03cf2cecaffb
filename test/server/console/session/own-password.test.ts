import { expect } from 'chai';
import { invite } from '../../../../server/accounts/invitations.ts';
import { createUser } from '../../../../server/accounts/users.ts';
import { createEmbedSecret, signEmbedToken } from '../../../../server/security/embed.ts';
import { type Role, roles } from '../../../../shared/configuration.ts';
import { testAccount, testPassword } from '../../../harness/services.ts';
import { type Door, openDoor } from '../../web/door.ts';

const newPassword = 'another long password';

describe('the password of the signed-in user', () => {
  let door: Door;
  let account: { id: number; uid: string };
  let people = 0;
  before(async () => {
    door = await openDoor();
    account = await testAccount(door.services, { console: false });
    await createEmbedSecret(door.services, account.id);
  });
  after(() => door.close());

  const signIn = (email: string, password: string) => door.mutate('session.signIn', { email, password });
  async function signedIn(email: string, password = testPassword): Promise<string> {
    return ((await signIn(email, password)).data as { token: string }).token;
  }
  async function person(role: Role = 'agent', password: string | undefined = testPassword) {
    const email = `own${++people}@call.test`;
    const { uid } = await createUser(door.services, account.id, { email, role, ...(password ? { password } : {}) });
    return { email, uid };
  }
  const change = (token: string, current: string, password = newPassword) =>
    door.mutate('session.changePassword', { current, password }, { token });
  const me = async (token: string) => (await door.query('session.me', undefined, { token })).status;

  for (const role of roles)
    it(`is another one from then on for ${role}s, whose other sessions end while this one goes on`, async () => {
      const { email } = await person(role);
      const [here, elsewhere] = [await signedIn(email), await signedIn(email)];
      const answer = await change(here, testPassword);
      expect(answer.status, answer.text).to.equal(200);
      expect([await me(here), await me(elsewhere)]).to.deep.equal([200, 401]);
      expect((await signIn(email, testPassword)).status).to.equal(401);
      expect((await signIn(email, newPassword)).status).to.equal(200);
    });

  it('changes for whoever knows it alone, and nobody else’s changes with it', async () => {
    const [{ email }, neighbour] = [await person(), await person()];
    const token = await signedIn(email);
    const refused = await change(token, 'not the password');
    expect(refused.status).to.equal(400);
    expect(refused.error?.data).to.deep.include({ code: 'invalid', field: 'current' });
    expect((await signIn(email, testPassword)).status).to.equal(200);
    const theirs = await signedIn(neighbour.email);
    await change(token, testPassword);
    expect(await me(theirs)).to.equal(200);
    expect((await signIn(neighbour.email, testPassword)).status).to.equal(200);
  });

  it('is long enough and another one', async () => {
    const { email } = await person();
    const token = await signedIn(email);
    for (const password of ['too short', testPassword]) {
      const refused = await change(token, testPassword, password);
      expect(refused.status).to.equal(400);
      expect(refused.error?.data.field).to.equal('password');
    }
    expect((await signIn(email, testPassword)).status).to.equal(200);
  });

  it('is guessed ten times, then no more for a while, not even rightly; signing in is not touched by it', async () => {
    const { email } = await person();
    const token = await signedIn(email);
    for (let n = 0; n < 10; n++) expect((await change(token, 'wrong')).status).to.equal(400);
    const refused = await change(token, testPassword);
    expect(refused.status).to.equal(429);
    expect(refused.error?.message).to.match(/Try again in 15 minutes/);
    expect((await signIn(email, testPassword)).status).to.equal(200);
  });

  it('goes to one of two who change it at the same moment', async () => {
    const { email } = await person();
    const tokens = [await signedIn(email), await signedIn(email)];
    const passwords = ['the first long one', 'the second long one'];
    const answers = await Promise.all(tokens.map((token, n) => change(token, testPassword, passwords[n])));
    const won = answers.flatMap(({ status }, n) => (status === 200 ? [n] : []));
    expect(won).to.have.length(1);
    expect((await signIn(email, passwords[won[0] ?? 0] ?? '')).status).to.equal(200);
  });

  it('ends the links by which somebody could choose one', async () => {
    const { email, uid } = await person();
    const { link } = await invite(door.services, { accountId: account.id, uid, by: 'test' }, 'link');
    await change(await signedIn(email), testPassword);
    const { data } = await door.query('session.invitation', { token: link?.split('/').at(-1) });
    expect(data).to.deep.include({ state: 'expired' });
  });

  it('is none where a host signs somebody in, and that is what is said', async () => {
    const { email } = await person('agent', '');
    const token = await signEmbedToken(door.services, account, email);
    const session = ((await door.mutate('session.exchange', { token })).data as { token: string }).token;
    const { data } = await door.query('session.ownAccount', undefined, { token: session });
    expect((data as { sign_in: object }).sign_in).to.deep.include({ has_password: false, is_hosted: true });
    const refused = await change(session, testPassword);
    expect(refused.status).to.equal(409);
    expect(refused.error?.message).to.match(/You have no password/);
  });
});
