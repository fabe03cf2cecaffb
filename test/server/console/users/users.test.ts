import { expect } from 'chai';
import { setAccount } from '../../../../server/accounts/accounts.ts';
import { createUser, type UserView } from '../../../../server/accounts/users.ts';
import { createCampaign } from '../../../../server/campaigns/campaigns.ts';
import { createEmbedSecret } from '../../../../server/security/embed.ts';
import { openSession } from '../../../../server/security/sessions.ts';
import { testAccount, testPassword } from '../../../harness/services.ts';
import { seedInteraction } from '../../reports/seed.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';

describe('the users of an account', () => {
  let door: Door;
  let admin: { id: number; email: string; token: string };
  let accountId: number;

  before(async () => {
    door = await openDoor();
    accountId = (await testAccount(door.services, { console: false })).id;
    admin = await signedInAs(door.services, accountId, 'admin');
  });
  after(() => door.close());

  const call = (path: string, input: unknown) => door.mutate(path, input, { token: admin.token });
  async function listed(): Promise<UserView[]> {
    return (await door.query('users.list', undefined, { token: admin.token })).data as UserView[];
  }
  const named = async (email: string) => (await listed()).find((user) => user.email === email);
  async function made(email: string, given: object): Promise<string> {
    const answer = await call('users.create', { email, role: 'supervisor', ...given });
    expect(answer.status, answer.text).to.equal(200);
    return (answer.data as { uid: string }).uid;
  }

  it('are made with their role, teams and campaigns, unverified, also where the console is off', async () => {
    const uid = await made('Sue@Call.test', { teams: ['north'], campaigns: ['c1'], name: 'Sue' });
    expect(await named('sue@call.test')).to.deep.include({
      ...{ uid, role: 'supervisor', name: 'Sue', teams: ['north'], campaigns: ['c1'] },
      ...{ is_verified: false, is_enabled: true },
    });
    expect((await call('users.create', { email: 'sue@call.test', role: 'agent' })).status).to.equal(409);
  });

  it('change in what is given alone', async () => {
    const uid = await made('tom@call.test', { teams: ['north'], name: 'Tom' });
    await call('users.update', { uid, teams: ['south', 'west'] });
    expect(await named('tom@call.test')).to.deep.include({ name: 'Tom', role: 'supervisor', teams: ['south', 'west'] });
    await call('users.update', { uid, role: 'agent', name: null });
    expect(await named('tom@call.test')).to.deep.include({ name: null, role: 'agent', teams: ['south', 'west'] });
  });

  it('see another scope from their next question on', async () => {
    const sub = await signedInAs(door.services, accountId, 'supervisor');
    const uid = (await named(sub.email))?.uid;
    const may = async () => (await door.query('users.list', undefined, { token: sub.token })).status;
    expect(await may()).to.equal(403);
    await call('users.update', { uid, role: 'admin' });
    expect(await may()).to.equal(200);
    await call('users.update', { uid, role: 'agent' });
    expect(await may()).to.equal(403);
  });

  it('are signed out when they are disabled or get a new password, and come back when they are enabled', async () => {
    const uid = await made('una@call.test', { password: testPassword });
    const signIn = (password = testPassword) => door.mutate('session.signIn', { email: 'una@call.test', password });
    const me = (token: string) => door.query('session.me', undefined, { token });
    const { token } = (await signIn()).data as { token: string };
    expect((await me(token)).status).to.equal(200);
    await call('users.update', { uid, enabled: false });
    expect((await me(token)).status).to.equal(401);
    expect((await signIn()).status).to.equal(401);
    await call('users.update', { uid, enabled: true });
    expect((await me(token)).status).to.equal(401);
    const again = (await signIn()).data as { token: string };
    await call('users.update', { uid, password: 'another long password' });
    expect((await me(again.token)).status).to.equal(401);
    expect((await signIn('another long password')).status).to.equal(200);
  });

  it('never leave the account without an admin', async () => {
    for (const user of await listed())
      if (user.role === 'admin' && user.email !== admin.email)
        await call('users.update', { uid: user.uid, role: 'agent' });
    const uid = (await named(admin.email))?.uid;
    for (const change of [{ role: 'agent' }, { enabled: false }]) {
      const answer = await call('users.update', { uid, ...change });
      expect(answer.status).to.equal(409);
      expect(answer.error?.message).to.match(/last admin/);
    }
  });

  it('never leave it to an admin who cannot sign in, unless a host signs for him', async () => {
    const { id, uid: account } = await testAccount(door.services);
    const alone = await signedInAs(door.services, id, 'admin');
    const as = { token: alone.token };
    const users = (await door.query('users.list', undefined, as)).data as UserView[];
    const [other, own] = [
      users.find(({ email }) => email !== alone.email),
      users.find(({ email }) => email === alone.email),
    ];
    await door.mutate('users.update', { uid: other?.uid, role: 'agent' }, as);
    await door.mutate('users.create', { email: 'new@call.test', role: 'admin' }, as);
    const stepDown = () => door.mutate('users.update', { uid: own?.uid, role: 'agent' }, as);
    expect((await stepDown()).status).to.equal(409);
    await createEmbedSecret(door.services, id);
    expect((await stepDown()).status, account).to.equal(200);
  });

  it('are offered the teams of the newest interactions and of other users, and the campaigns', async () => {
    const { id } = await testAccount(door.services);
    const { token } = await signedInAs(door.services, id, 'admin');
    for (const [n, team] of ['Sales', 'sales', 'North'].entries())
      await seedInteraction(door.services, id, {
        externalId: `c${n}`,
        metadata: { team_name: team },
        status: 'completed',
      });
    await seedInteraction(door.services, id, { externalId: 'none', metadata: {}, status: 'completed' });
    await door.mutate(
      'users.create',
      { email: 'w@call.test', role: 'supervisor', teams: ['West', 'North'] },
      { token },
    );
    const campaign = await createCampaign(door.services, id, { name: 'Spring' }, 'test');
    const { data } = await door.query('users.choices', undefined, { token });
    expect(data).to.deep.equal({
      teams: ['North', 'Sales', 'West', 'sales'],
      campaigns: [{ id: campaign.id, name: 'Spring' }],
      can_mail: false,
    });
  });

  it('see in their own account what they are bounded to, and whether reports can be mailed to them', async () => {
    const { id, uid } = await testAccount(door.services);
    await setAccount(door.services, uid, { emailDomains: ['call.test'] });
    const campaign = await createCampaign(door.services, id, { name: 'Spring' }, 'test');
    const bounds = { teams: ['North'], campaigns: [campaign.id, 'elsewhere'] };
    const sue = await createUser(door.services, id, { email: 'sue@call.test', role: 'supervisor', ...bounds });
    const { token } = await openSession(door.services, { accountId: id, userId: sue.id, kind: 'embed' });
    const { data } = await door.query('session.ownAccount', undefined, { token });
    expect(data).to.deep.include({ teams: ['North'] });
    expect((data as { campaigns: unknown }).campaigns).to.deep.equal([
      { id: campaign.id, name: 'Spring' },
      { id: 'elsewhere', name: 'elsewhere' },
    ]);
    // No sender is set here.
    const { address } = data as { address: object };
    expect(address).to.deep.include({ email: 'sue@call.test', is_verified: false, state: 'not_configured' });
  });
});
