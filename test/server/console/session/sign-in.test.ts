import { expect } from 'chai';
import { createUser } from '../../../../server/accounts/users.ts';
import { passwordCost } from '../../../../server/security/passwords.ts';
import { testAccount, testPassword } from '../../../harness/services.ts';
import { type Door, openDoor } from '../../web/door.ts';

describe('signing in', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  const signIn = (email: string, password: string, account?: string) =>
    door.mutate('session.signIn', { email, password, ...(account ? { account } : {}) });

  it('gives a session that knows who and where one is', async () => {
    const { uid, adminEmail } = await testAccount(door.services, { timezone: 'Asia/Dubai' });
    const answer = await signIn(adminEmail.toUpperCase(), testPassword);
    expect(answer.data).to.include({ outcome: 'signed_in', expires_in_ms: 12 * 3_600_000 });
    const me = await door.query('session.me', undefined, { token: (answer.data as { token: string }).token });
    expect(me.data).to.deep.include({ console: 'open', outbound_addresses: [] });
    expect((me.data as { account: unknown }).account).to.include({ account_id: uid, timezone: 'Asia/Dubai' });
    expect((me.data as { user: unknown }).user).to.include({ email: adminEmail, role: 'admin' });
  });

  it('tells a user without the console why', async () => {
    const { adminEmail } = await testAccount(door.services, { console: false });
    const { token } = (await signIn(adminEmail, testPassword)).data as { token: string };
    expect((await door.query('session.me', undefined, { token })).data).to.include({ console: 'disabled_for_account' });
    expect((await door.query('analyses.list', {}, { token })).status).to.equal(200);
  });

  it('answers an unknown e-mail and a wrong password alike', async () => {
    const { adminEmail } = await testAccount(door.services);
    const wrong = await signIn(adminEmail, 'not the password');
    const unknown = await signIn('nobody@example.test', 'not the password');
    expect(wrong.status).to.equal(401);
    expect(unknown.error?.message).to.equal(wrong.error?.message);
    expect(wrong.headers.get('set-cookie')).to.equal(null);
  });

  it('refuses a user who is disabled and one who has no password', async () => {
    const { id } = await testAccount(door.services);
    await createUser(door.services, id, { email: 'off@example.test', role: 'agent', password: testPassword });
    await door.services.database.pool.query("UPDATE user SET disabled_at = NOW(3) WHERE email = 'off@example.test'");
    await createUser(door.services, id, { email: 'frame@example.test', role: 'agent' });
    expect((await signIn('off@example.test', testPassword)).status).to.equal(401);
    expect((await signIn('frame@example.test', testPassword)).status).to.equal(401);
  });

  it('lets a person of several accounts choose, among those that the password opens', async () => {
    const accounts = [
      await testAccount(door.services),
      await testAccount(door.services),
      await testAccount(door.services),
    ];
    const email = 'everywhere@example.test';
    for (const [i, { id }] of accounts.entries())
      await createUser(door.services, id, {
        email,
        role: 'agent',
        password: i < 2 ? testPassword : 'another password',
      });
    const answer = await signIn(email, testPassword);
    expect(answer.data).to.have.property('outcome', 'choose_account');
    const offered = (answer.data as { accounts: { account_id: string }[] }).accounts.map(
      ({ account_id }) => account_id,
    );
    expect(offered.sort()).to.deep.equal(
      accounts
        .slice(0, 2)
        .map(({ uid }) => uid)
        .sort(),
    );
    const chosen = await signIn(email, testPassword, accounts[1]?.uid);
    expect(chosen.data).to.have.property('outcome', 'signed_in');
    expect((await signIn(email, testPassword, accounts[2]?.uid)).status).to.equal(401);
  });

  it('is refused for a while after ten failures for one e-mail from one address, and for nobody else', async () => {
    const { adminEmail } = await testAccount(door.services);
    const { adminEmail: neighbour } = await testAccount(door.services);
    for (let i = 0; i < 10; i++) expect((await signIn(adminEmail, 'wrong')).status).to.equal(401);
    const refused = await signIn(adminEmail, testPassword);
    expect(refused.status).to.equal(429);
    expect(refused.error?.data.code).to.equal('rate_limited');
    expect(refused.error?.message).to.match(/Try again in 15 minutes/);
    expect((await signIn(neighbour, testPassword)).status).to.equal(200);
    const elsewhere = { headers: { 'x-forwarded-for': '203.0.113.9' } };
    const input = { email: adminEmail, password: testPassword };
    expect((await door.mutate('session.signIn', input, elsewhere)).status).to.equal(200);
  });

  it('does not stand still under failures that come at once', async () => {
    const { adminEmail } = await testAccount(door.services);
    await Promise.all(Array.from({ length: 12 }, () => signIn(adminEmail, 'wrong')));
    expect((await signIn(adminEmail, testPassword)).status).to.equal(429);
  });

  it('has a password guessed ten times at most, also where many guesses come in one request', async () => {
    const { adminEmail } = await testAccount(door.services);
    const wrong = Array.from({ length: 19 }, (_, n) => ({ email: adminEmail, password: `guess ${n}` }));
    const statuses = await manySignIns([...wrong, { email: adminEmail, password: testPassword }]);
    expect(statuses.filter((status) => status === 401)).to.have.length(10);
    expect(statuses.filter((status) => status === 429)).to.have.length(10);
  });

  it('tries the passwords of strangers two at a time, and tells those for whom it takes too long to come again', async () => {
    const lowered = passwordCost.N;
    passwordCost.N = 2 ** 13;
    try {
      const strangers = Array.from({ length: 80 }, (_, n) => ({ email: `stranger${n}@example.test`, password: 'x' }));
      const batches = [0, 20, 40, 60].map((start) => manySignIns(strangers.slice(start, start + 20)));
      const statuses = (await Promise.all(batches)).flat();
      const tried = statuses.filter((status) => status === 401).length;
      expect(tried).to.be.within(42, 79);
      expect(statuses.filter((status) => status === 429)).to.have.length(80 - tried);
    } finally {
      passwordCost.N = lowered;
    }
  });

  /** In one request; the status of each. */
  async function manySignIns(inputs: { email: string; password: string }[]): Promise<number[]> {
    const response = await fetch(`${door.url}/trpc/${inputs.map(() => 'session.signIn').join(',')}?batch=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(inputs.map((input, index) => [index, input]))),
    });
    const answers = (await response.json()) as { error?: { data: { httpStatus: number } } }[];
    return answers.map(({ error }) => error?.data.httpStatus ?? 200);
  }
});
