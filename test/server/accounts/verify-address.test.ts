import { expect } from 'chai';
import { setAccount } from '../../../server/accounts/accounts.ts';
import { createUser } from '../../../server/accounts/users.ts';
import { openSession } from '../../../server/security/sessions.ts';
import { testAccount } from '../../harness/services.ts';
import { type LocalSes, startLocalSes, useSes } from '../../harness/ses.ts';
import { type Door, openDoor } from '../web/door.ts';

const domain = 'call.test';

describe('the verification of a user’s own address', () => {
  let door: Door;
  let ses: LocalSes;
  let undoSes: () => void;
  let accountId: number;
  let people = 0;

  before(async () => {
    ses = await startLocalSes();
    undoSes = useSes(ses.url);
    door = await openDoor({ emailFrom: 'cqa@cqa.example', publicUrl: 'https://cqa.example' });
    const account = await testAccount(door.services);
    accountId = account.id;
    await setAccount(door.services, account.uid, { emailDomains: ['other.test', domain.toUpperCase()] });
  });
  after(async () => {
    undoSes();
    await ses.close();
    await door.close();
  });

  async function person(email = `person${++people}@${domain}`, verified = false) {
    const { id } = await createUser(door.services, accountId, { email, role: 'agent', verified });
    const { token } = await openSession(door.services, { accountId, userId: id, kind: 'embed' });
    return { id, email, token };
  }
  const send = ({ token }: { token: string }) => door.mutate('session.sendVerification', undefined, { token });
  const mailTo = async (email: string) => (await ses.mails()).findLast(({ to }) => to.includes(email));
  async function linkTo(email: string): Promise<string> {
    return /https:\/\/cqa\.example\/verify\/(\S+)/.exec((await mailTo(email))?.text ?? '')?.[1] ?? '';
  }
  const linkState = async (token: string) =>
    ((await door.query('session.verification', { token })).data as { state: string }).state;
  const confirm = (token: string) => door.mutate('session.confirmAddress', { token });
  async function stateOf({ token }: { token: string }) {
    const { data } = await door.query('reports.destinations', undefined, { token });
    return (data as { email_me: { address: string; state: string } }).email_me;
  }
  const age = (id: number, seconds: number) =>
    door.services.database.pool.query(
      'UPDATE email_verification SET created_at = created_at - INTERVAL ? SECOND, expires_at = expires_at - INTERVAL ? SECOND WHERE user_id = ?',
      [seconds, seconds, id],
    );

  it('is one mail to that address with a link, by which whoever has it proves it once', async () => {
    const someone = await person();
    expect(await stateOf(someone)).to.deep.include({ address: someone.email, state: 'unverified' });
    const answer = await send(someone);
    expect(answer.data).to.deep.equal({ address: someone.email });
    const mail = await mailTo(someone.email);
    expect(mail?.to).to.deep.equal([someone.email]);
    const token = await linkTo(someone.email);
    expect(token).to.match(/^[\w-]{43}$/);
    expect(mail?.html).to.contain(`https://cqa.example/verify/${token}`);
    expect(answer.text).not.to.contain(token);
    const { data } = await door.query('session.verification', { token });
    expect(data).to.deep.include({ state: 'open', address: someone.email });
    expect((await stateOf(someone)).state).to.equal('unverified');
    expect((await confirm(token)).data).to.deep.include({ address: someone.email });
    expect((await stateOf(someone)).state).to.equal('ready');
    expect(await linkState(token)).to.equal('used');
    const again = await confirm(token);
    expect(again.status).to.equal(404);
    expect(again.error?.message).to.match(/used already/);
  });

  it('is proved by one of many who use the link at the same moment', async () => {
    const someone = await person();
    await send(someone);
    const token = await linkTo(someone.email);
    const answers = await Promise.all([1, 2, 3, 4].map(() => confirm(token)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 404, 404, 404]);
  });

  it('ends after 24 hours, with another address, and for one who was disabled', async () => {
    const { pool } = door.services.database;
    const late = await person();
    await send(late);
    await age(late.id, 24 * 3600 + 1);
    const tooLate = await confirm(await linkTo(late.email));
    expect(tooLate.status).to.equal(404);
    expect(tooLate.error?.message).to.match(/older than 24 hours/);
    expect(await linkState(await linkTo(late.email))).to.equal('expired');
    expect((await stateOf(late)).state).to.equal('unverified');

    const moved = await person();
    await send(moved);
    await pool.query('UPDATE user SET email = ? WHERE id = ?', [`moved@${domain}`, moved.id]);
    expect((await confirm(await linkTo(moved.email))).status).to.equal(404);
    expect((await stateOf(moved)).state).to.equal('unverified');

    const gone = await person();
    await send(gone);
    await pool.query('UPDATE user SET disabled_at = NOW(3) WHERE id = ?', [gone.id]);
    expect((await confirm(await linkTo(gone.email))).status).to.equal(404);
    expect(await linkState(await linkTo(gone.email))).to.equal('withdrawn');
    await pool.query('UPDATE user SET disabled_at = NULL WHERE id = ?', [gone.id]);
    expect(await linkState(await linkTo(gone.email))).to.equal('open');
    expect(await linkState('x'.repeat(43))).to.equal('unknown');
  });

  it('is sent again after a minute, five times a day, and never twice at once', async () => {
    const eager = await person();
    const first = await Promise.all([send(eager), send(eager), send(eager)]);
    expect(first.map(({ status }) => status).sort()).to.deep.equal([200, 429, 429]);
    for (let n = 2; n <= 5; n++) {
      await age(eager.id, 61);
      expect((await send(eager)).status).to.equal(200);
    }
    await age(eager.id, 61);
    expect((await send(eager)).error?.message).to.match(/5 verification mails/);
    expect((await ses.mails()).filter(({ to }) => to.includes(eager.email))).to.have.length(5);
    await age(eager.id, 24 * 3600);
    expect((await send(eager)).status).to.equal(200);
  });

  it('uses up every other link that was mailed for it', async () => {
    const someone = await person();
    await send(someone);
    const first = await linkTo(someone.email);
    await age(someone.id, 61);
    await send(someone);
    await confirm(await linkTo(someone.email));
    expect(await linkState(first)).to.equal('used');
    expect((await confirm(first)).status).to.equal(404);
  });

  it('is not sent to what is verified, or lies outside the account’s domains', async () => {
    const known = await person(`known@${domain}`, true);
    expect((await send(known)).error?.message).to.match(/verified already/);
    const stranger = await person('stranger@elsewhere.test');
    expect((await send(stranger)).error?.message).to.match(/none of them/);
    expect(await mailTo(known.email)).to.equal(undefined);
    expect(await mailTo(stranger.email)).to.equal(undefined);
  });

  it('keeps no link that can be read from the database', async () => {
    const someone = await person();
    await send(someone);
    const token = await linkTo(someone.email);
    const [rows] = await door.services.database.pool.query('SELECT * FROM email_verification');
    expect(JSON.stringify(rows)).not.to.contain(token);
    expect((rows as { token_hash: Buffer }[]).some((row) => row.token_hash.toString('utf8').includes(token))).to.equal(
      false,
    );
  });

  it('counts no mail that could not be sent', async () => {
    const unlucky = await person();
    const undo = useSes('http://127.0.0.1:9');
    const { services } = door;
    const { sendVerification } = await import('../../../server/accounts/verify-address.ts');
    const asking = { accountId, userId: unlucky.id };
    const failure = await sendVerification(services, asking).then(
      () => undefined,
      (error) => error,
    );
    undo();
    expect(failure?.code).to.equal('host_unreachable');
    expect((await send(unlucky)).status).to.equal(200);
  });
});
