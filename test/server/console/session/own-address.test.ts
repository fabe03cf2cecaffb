import { expect } from 'chai';
import { changeUser, createUser } from '../../../../server/accounts/users.ts';
import { createEmbedSecret, signEmbedToken } from '../../../../server/security/embed.ts';
import { type Role, roles } from '../../../../shared/configuration.ts';
import { testAccount, testPassword } from '../../../harness/services.ts';
import { type LocalSes, startLocalSes, useSes } from '../../../harness/ses.ts';
import { seedInteraction } from '../../reports/seed.ts';
import { type Door, openDoor } from '../../web/door.ts';

describe('the address of the signed-in user', () => {
  let door: Door;
  let ses: LocalSes;
  let undoSes: () => void;
  let account: { id: number; uid: string };
  let people = 0;

  before(async () => {
    ses = await startLocalSes();
    undoSes = useSes(ses.url);
    door = await openDoor({ emailFrom: 'cqa@cqa.example', publicUrl: 'https://cqa.example' });
    account = await testAccount(door.services);
    await createEmbedSecret(door.services, account.id);
  });
  after(async () => {
    undoSes();
    await ses.close();
    await door.close();
  });

  const signIn = (email: string, password = testPassword) => door.mutate('session.signIn', { email, password });
  async function person(role: Role = 'agent') {
    const email = `old${++people}@call.test`;
    const { id, uid } = await createUser(door.services, account.id, {
      ...{ email, role, password: testPassword, verified: true },
    });
    const { token } = (await signIn(email)).data as { token: string };
    return { id, uid, email, token, wanted: `new${people}@call.test` };
  }
  type Person = Awaited<ReturnType<typeof person>>;
  const ask = ({ token }: Person, email: string, current = testPassword) =>
    door.mutate('session.changeAddress', { email, current }, { token });
  const confirm = (token: string) => door.mutate('session.confirmAddress', { token });
  async function linkTo(email: string): Promise<string> {
    const mail = (await ses.mails()).findLast(({ to }) => to.includes(email));
    return /https:\/\/cqa\.example\/verify\/(\S+)/.exec(mail?.text ?? '')?.[1] ?? '';
  }
  const linkState = async (token: string) => (await door.query('session.verification', { token })).data;
  async function own({ token }: Person) {
    const { data } = await door.query('session.ownAccount', undefined, { token });
    return data as { address: object; sign_in: object };
  }
  const age = (id: number) =>
    door.services.database.pool.query(
      'UPDATE email_verification SET created_at = created_at - INTERVAL 61 SECOND WHERE user_id = ?',
      [id],
    );

  for (const role of roles)
    it(`is another one for ${role}s once the link in the mail there is confirmed, and verified by that`, async () => {
      const someone = await person(role);
      const { email, wanted } = someone;
      const answer = await ask(someone, wanted.toUpperCase());
      expect(answer.data, answer.text).to.deep.equal({ address: wanted });
      expect(answer.text).not.to.contain(await linkTo(wanted));
      expect((await own(someone)).address).to.deep.include({ email, is_verified: true });
      expect((await own(someone)).sign_in).to.deep.include({ awaited_address: wanted });
      expect((await signIn(wanted)).status).to.equal(401);

      const link = await linkTo(wanted);
      expect(await linkState(link)).to.deep.include({ state: 'open', address: wanted, replaces: email });
      expect((await confirm(link)).data).to.deep.include({ address: wanted });
      expect((await own(someone)).address).to.deep.include({ email: wanted, is_verified: true });
      expect((await own(someone)).sign_in).to.deep.include({ awaited_address: null });
      const told = (await ses.mails()).findLast(({ to }) => to.includes(email));
      expect(told?.subject).to.match(/your address was changed/);
      expect(told?.text).to.contain(wanted);
      expect((await signIn(email)).status).to.equal(401);
      expect((await signIn(wanted)).status).to.equal(200);
      expect(await linkState(link)).to.deep.include({ state: 'used' });
      expect((await confirm(link)).status).to.equal(404);
    });

  it('brings an agent nobody’s interactions before it is confirmed', async () => {
    const someone = await person();
    await seedInteraction(door.services, account.id, {
      ...{ externalId: 'of-the-other', metadata: { agent_email: someone.wanted }, status: 'completed' },
    });
    const seen = async () =>
      ((await door.query('analyses.list', {}, { token: someone.token })).data as { rows: unknown[] }).rows.length;
    await ask(someone, someone.wanted);
    expect(await seen()).to.equal(0);
    await confirm(await linkTo(someone.wanted));
    expect(await seen()).to.equal(1);
  });

  it('changes for whoever knows the password alone, and is guessed at ten times', async () => {
    const someone = await person();
    for (let n = 0; n < 10; n++) {
      const refused = await ask(someone, someone.wanted, 'wrong');
      expect(refused.error?.data).to.deep.include({ code: 'invalid', field: 'current' });
    }
    expect((await ask(someone, someone.wanted)).status).to.equal(429);
    expect(await linkTo(someone.wanted)).to.equal('');
  });

  it('is nobody else’s in the account, neither when it is asked for nor when it is confirmed', async () => {
    const [someone, other] = [await person(), await person()];
    const taken = await ask(someone, other.email);
    expect(taken.status).to.equal(409);
    expect(taken.error?.data.field).to.equal('email');
    expect((await ask(someone, someone.email)).status).to.equal(400);
    await ask(someone, someone.wanted);
    await ask(other, someone.wanted);
    const link = await linkTo(someone.wanted);
    await createUser(door.services, account.id, { email: someone.wanted, role: 'agent' });
    const late = await confirm(link);
    expect(late.status).to.equal(409);
    expect(late.error?.message).to.match(/already has a user/);
    expect((await signIn(other.email)).status).to.equal(200);
  });

  it('is asked for once a minute; the newest link alone is good', async () => {
    const someone = await person();
    const mistyped = `mis.${someone.wanted}`;
    await ask(someone, mistyped);
    expect((await ask(someone, someone.wanted)).status).to.equal(429);
    await age(someone.id);
    expect((await ask(someone, someone.wanted)).status).to.equal(200);
    expect((await confirm(await linkTo(mistyped))).status).to.equal(404);
    expect((await confirm(await linkTo(someone.wanted))).status).to.equal(200);
  });

  it('stays where the password is changed before the link is used', async () => {
    const someone = await person();
    await ask(someone, someone.wanted);
    await door.mutate(
      'session.changePassword',
      { current: testPassword, password: 'another long password' },
      { token: someone.token },
    );
    expect((await confirm(await linkTo(someone.wanted))).status).to.equal(404);
    await age(someone.id);
    await ask(someone, someone.wanted, 'another long password');
    await changeUser(door.services, account.id, someone.uid, { password: testPassword });
    expect((await confirm(await linkTo(someone.wanted))).status).to.equal(404);
    expect((await signIn(someone.email)).status).to.equal(200);
  });

  it('takes the jobs along that its user made, whose own saved filters they may name', async () => {
    const boss = await person('admin');
    const as = { token: boss.token };
    await door.mutate('savedFilters.create', { name: 'Mine', is_shared: false, filter: {} }, as);
    const folder = await door.mutate(
      'connectors.create',
      {
        ...{ name: 'out', direction: 'export', type: 'email' },
        config: { address: 'x@call.test' },
      },
      as,
    );
    expect(folder.status, folder.text).to.equal(200);
    const job = {
      ...{ name: 'weekly', type: 'data_export', connectors: ['out'], schedule: { frequency: 'daily' } },
      report: { saved_filter: 'Mine' },
    };
    const { data } = await door.mutate('jobs.create', job, as);
    await ask(boss, boss.wanted);
    await confirm(await linkTo(boss.wanted));
    const { uid } = data as { uid: string };
    const { version } = (await door.query('jobs.get', { uid }, as)).data as { version: string };
    const saved = await door.mutate('jobs.update', { uid, version, ...job, is_enabled: false }, as);
    expect(saved.status, saved.text).to.equal(200);
  });

  it('is changed at the console itself, not where a host signs somebody in by it', async () => {
    const someone = await person();
    const token = await signEmbedToken(door.services, account, someone.email);
    const { token: hosted } = (await door.mutate('session.exchange', { token })).data as { token: string };
    const refused = await ask({ ...someone, token: hosted }, someone.wanted);
    expect(refused.status).to.equal(409);
    expect(refused.error?.message).to.match(/signs you in by your address/);
    expect((await own(someone)).sign_in).to.deep.include({ is_hosted: false, is_known_to_host: true });
  });
});
