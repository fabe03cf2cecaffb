import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { setAccount } from '../../../server/accounts/accounts.ts';
import { invite } from '../../../server/accounts/invitations.ts';
import type { UserView } from '../../../server/accounts/users.ts';
import { type Mailer, openMailer } from '../../../server/email/mailer.ts';
import { testAccount, testPassword } from '../../harness/services.ts';
import { type LocalSes, startLocalSes, useSes } from '../../harness/ses.ts';
import { type Door, openDoor, signedInAs } from '../web/door.ts';

interface Made {
  address: string;
  link: string | null;
  expires_at: string;
}

describe('an invitation', () => {
  let door: Door;
  let ses: LocalSes;
  let undoSes: () => void;
  let accountId: number;
  let admin: { id: number; email: string; token: string };
  let people = 0;

  before(async () => {
    ses = await startLocalSes();
    undoSes = useSes(ses.url);
    door = await openDoor({ emailFrom: 'cqa@cqa.example', publicUrl: 'https://cqa.example' });
    const account = await testAccount(door.services, { console: false });
    accountId = account.id;
    await setAccount(door.services, account.uid, { emailDomains: ['call.test'] });
    admin = await signedInAs(door.services, accountId, 'admin');
  });
  after(async () => {
    undoSes();
    await ses.close();
    await door.close();
  });

  const asAdmin = (path: string, input: unknown) => door.mutate(path, input, { token: admin.token });
  async function person(email = `person${++people}@call.test`): Promise<{ uid: string; email: string }> {
    const answer = await asAdmin('users.create', { email, role: 'agent' });
    return { uid: (answer.data as { uid: string }).uid, email };
  }
  const ask = ({ uid }: { uid: string }, way: 'mail' | 'link') => asAdmin('users.invite', { uid, way });
  const linkState = async (token: string) =>
    ((await door.query('session.invitation', { token })).data as { state: string }).state;

  async function linkFor(someone: { uid: string }): Promise<string> {
    const { link } = (await ask(someone, 'link')).data as Made;
    return tokenIn(link ?? '');
  }
  const tokenIn = (text: string) => /https:\/\/cqa\.example\/invitation\/([\w-]{43})/.exec(text)?.[1] ?? '';
  const accept = (token: string, password = testPassword) =>
    door.mutate('session.acceptInvitation', { token, password });
  const state = async (token: string) =>
    ((await door.query('session.invitation', { token })).data as { state: string }).state;
  const signIn = (email: string, password = testPassword) => door.mutate('session.signIn', { email, password });
  async function listed(email: string): Promise<UserView | undefined> {
    const { data } = await door.query('users.list', undefined, { token: admin.token });
    return (data as UserView[]).find((user) => user.email === email);
  }
  const set = (sql: string, values: unknown[]) => door.services.database.pool.query(sql, values);

  it('is a link that is shown once, by which its user chooses a password and is signed in', async () => {
    const someone = await person();
    expect(await listed(someone.email)).to.deep.include({
      has_password: false,
      invited_until: null,
      last_seen_at: null,
    });
    const { link, address, expires_at: until } = (await ask(someone, 'link')).data as Made;
    expect(address).to.equal(someone.email);
    expect((await listed(someone.email))?.invited_until).to.equal(until);
    const token = tokenIn(link ?? '');
    const { data } = await door.query('session.invitation', { token });
    expect(data).to.deep.include({ state: 'open', address: someone.email, expires_at: until });
    const accepted = await accept(token);
    expect(accepted.headers.get('set-cookie')).to.match(/cqa-renewal=.+HttpOnly/);
    const { token: bearer } = accepted.data as { token: string };
    const me = await door.query('session.me', undefined, { token: bearer });
    expect((me.data as { user: { email: string } }).user.email).to.equal(someone.email);
    expect((await signIn(someone.email)).status).to.equal(200);
    const now = await listed(someone.email);
    expect(now).to.deep.include({ has_password: true, invited_until: null, is_verified: false });
    expect(now?.last_seen_at).to.match(/^\d{4}-/);
  });

  it('is not in the answer where it was mailed, and proves the address by that', async () => {
    const someone = await person();
    const answer = await ask(someone, 'mail');
    expect(answer.data).to.deep.include({ address: someone.email, link: null });
    const mail = (await ses.mails()).findLast(({ to }) => to.includes(someone.email));
    const token = tokenIn(mail?.text ?? '');
    expect(answer.text).not.to.contain(token);
    expect(mail?.html).to.contain(`https://cqa.example/invitation/${token}`);
    expect(mail?.text).to.contain(admin.email);
    expect((await accept(token)).status).to.equal(200);
    expect((await listed(someone.email))?.is_verified).to.equal(true);
  });

  it('is used once, also by many at the same moment', async () => {
    const someone = await person();
    const token = await linkFor(someone);
    const answers = await Promise.all([1, 2, 3].map((n) => accept(token, `${testPassword} ${n}`)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 404, 404]);
    expect(await state(token)).to.equal('used');
    expect((await accept(token)).error?.message).to.match(/used already/);
  });

  it('ends after 7 days, with a newer one, with a new password, and for one who is disabled', async () => {
    const late = await person();
    const old = await linkFor(late);
    await set('UPDATE invitation SET expires_at = expires_at - INTERVAL 7 DAY WHERE email = ?', [late.email]);
    expect(await state(old)).to.equal('expired');
    expect((await accept(old)).error?.message).to.match(/older than 7 days/);

    const twice = await person();
    const [first, second] = [await linkFor(twice), await linkFor(twice)];
    expect([await state(first), await state(second)]).to.deep.equal(['expired', 'open']);

    await asAdmin('users.update', { uid: twice.uid, password: 'one from the admin' });
    expect(await state(second)).to.equal('expired');

    const gone = await person();
    const token = await linkFor(gone);
    await asAdmin('users.update', { uid: gone.uid, enabled: false });
    expect(await state(token)).to.equal('withdrawn');
    expect((await accept(token)).status).to.equal(404);
    expect((await ask(gone, 'link')).error?.message).to.match(/is disabled/);
    await asAdmin('users.update', { uid: gone.uid, enabled: true });
    expect(await state(token)).to.equal('expired');
    expect(await state('x'.repeat(43))).to.equal('unknown');
  });

  it('is one that can be used, however many are made at the same moment', async () => {
    for (let n = 0; n < 3; n++) {
      const someone = await person();
      const tokens = await Promise.all([1, 2, 3].map(() => linkFor(someone)));
      const states = await Promise.all(tokens.map((token) => state(token)));
      expect(states.sort()).to.deep.equal(['expired', 'expired', 'open']);
    }
  });

  it('goes on being good where one that was asked for before it is mailed later', async () => {
    const someone = await person();
    const before = await linkFor(someone);
    const mailer = openMailer(door.services.config);
    if (!mailer) throw new Error('Nothing can be mailed.');
    let meanwhile = '';
    const slow: Mailer = {
      ...mailer,
      async send(mail) {
        expect(await state(before), 'while nobody has the new one').to.equal('open');
        meanwhile = await linkFor(someone);
        return mailer.send(mail);
      },
    };
    await invite(door.services, { accountId, uid: someone.uid, by: 'test' }, 'mail', slow);
    expect([await state(before), await state(meanwhile)]).to.deep.equal(['expired', 'open']);
  });

  it('gives a new password to one who has one, and ends what he had open', async () => {
    const someone = await person();
    const { token } = (await accept(await linkFor(someone))).data as { token: string };
    const link = await linkFor(someone);
    expect((await signIn(someone.email)).status).to.equal(200);
    expect((await accept(link, 'another long password')).status).to.equal(200);
    expect((await door.query('session.me', undefined, { token })).status).to.equal(401);
    expect((await signIn(someone.email)).status).to.equal(401);
    expect((await signIn(someone.email, 'another long password')).status).to.equal(200);
  });

  it('stays as it is where the password is too short', async () => {
    const someone = await person();
    const token = await linkFor(someone);
    const answer = await accept(token, 'short');
    expect(answer.status).to.equal(400);
    expect(answer.error?.data.field).to.equal('password');
    expect(await state(token)).to.equal('open');
  });

  it('is mailed again after a minute, five times a day, while it may be shown at any time', async () => {
    const someone = await person();
    const age = (seconds: number) =>
      set('UPDATE invitation SET created_at = created_at - INTERVAL ? SECOND WHERE email = ?', [
        seconds,
        someone.email,
      ]);
    const first = await Promise.all([ask(someone, 'mail'), ask(someone, 'mail')]);
    expect(first.map(({ status }) => status).sort()).to.deep.equal([200, 429]);
    for (let n = 2; n <= 5; n++) {
      await age(61);
      expect((await ask(someone, 'mail')).status).to.equal(200);
    }
    await age(61);
    const refusal = await ask(someone, 'mail');
    expect(refusal.status).to.equal(429);
    expect(refusal.error?.message).to.match(/5 invitation mails/);
    expect((await ask(someone, 'link')).status).to.equal(200);
  });

  it('is mailed 200 times a day by an account', async () => {
    const { id } = await testAccount(door.services);
    const { token } = await signedInAs(door.services, id, 'admin');
    const made = await door.mutate('users.create', { email: 'one@call.test', role: 'agent' }, { token });
    const invited = { ...(made.data as { uid: string }), way: 'mail' };
    const rows = Array.from({ length: 200 }, (_, n) => [
      randomBytes(32),
      id,
      1_000_000 + n,
      'x@call.test',
      true,
      'test',
      new Date(),
    ]);
    const columns = 'token_hash, account_id, user_id, email, is_mailed, created_by, expires_at';
    await set(`INSERT INTO invitation (${columns}) VALUES ?`, [rows]);
    const refusal = await door.mutate('users.invite', invited, { token });
    expect(refusal.status).to.equal(429);
    expect(refusal.error?.message).to.match(/200 invitations/);
    expect((await door.mutate('users.invite', { ...invited, way: 'link' }, { token })).status).to.equal(200);
  });

  it('does not count where it could not be mailed, and says so where no mail can be sent at all', async () => {
    const someone = await person();
    const earlier = await linkFor(someone);
    const undo = useSes('http://127.0.0.1:9');
    const failure = await invite(door.services, { accountId, uid: someone.uid, by: 'test' }, 'mail').catch(
      (error) => error,
    );
    undo();
    expect(failure?.code).to.equal('host_unreachable');
    // The one that he has goes on until he is sent another.
    expect(await linkState(earlier)).to.equal('open');
    expect((await ask(someone, 'mail')).status).to.equal(200);
    expect(await linkState(earlier)).to.equal('expired');
    const silent = { ...door.services, config: { ...door.services.config, emailFrom: undefined } };
    const refusal = await invite(silent, { accountId, uid: someone.uid, by: 'test' }, 'mail').catch((error) => error);
    expect(refusal?.message).to.contain('CQA_EMAIL_FROM');
  });

  it('cannot be read from the database', async () => {
    const token = await linkFor(await person());
    const [rows] = await door.services.database.pool.query('SELECT * FROM invitation');
    expect(JSON.stringify(rows)).not.to.contain(token);
    expect((rows as { token_hash: Buffer }[]).some((row) => row.token_hash.toString('utf8').includes(token))).to.equal(
      false,
    );
  });
});
