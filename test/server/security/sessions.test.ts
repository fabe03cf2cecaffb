import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createUser } from '../../../server/accounts/users.ts';
import {
  closeSession,
  findSession,
  openSession,
  peekSession,
  renewSession,
} from '../../../server/security/sessions.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';

describe('a session', () => {
  let services: Services;
  let accountId: number;
  let userId: number;

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    userId = (await createUser(services, accountId, { email: 'a@b.test', role: 'supervisor', teams: ['north'] })).id;
  });
  after(() => services.close());

  const open = (kind: 'password' | 'embed' = 'password') => openSession(services, { accountId, userId, kind });
  const hashOf = (token: string) => createHash('sha256').update(token).digest();
  const set = (token: string, change: string) =>
    services.database.pool.query(`UPDATE session SET ${change} WHERE token_hash = ?`, [hashOf(token)]);
  const minutesLeft = (session: { idleRemainingMs: number } | undefined) =>
    Math.round((session?.idleRemainingMs ?? 0) / 60_000);

  it('is found by its token, with its user and account', async () => {
    const session = await findSession(services, (await open()).token);
    expect(session).to.include({ accountId, kind: 'password' });
    expect(session?.user).to.include({ email: 'a@b.test', role: 'supervisor' });
    expect(session?.user.teams).to.deep.equal(['north']);
  });

  it('is stored by the hashes of its tokens alone', async () => {
    const { token, renewal } = await open();
    const [rows] = await services.database.pool.query('SELECT * FROM session');
    const stored = JSON.stringify(rows);
    expect(stored).not.to.contain(token);
    expect(stored).not.to.contain(renewal);
  });

  it('ends thirty minutes after its last use', async () => {
    const { token } = await open();
    expect(minutesLeft(await findSession(services, token))).to.equal(30);
    await set(token, 'expires_at = NOW(3) + INTERVAL 5 MINUTE');
    expect(minutesLeft(await findSession(services, token))).to.equal(5);
    expect(minutesLeft(await findSession(services, token))).to.equal(30);
    await set(token, 'expires_at = NOW(3) - INTERVAL 1 SECOND');
    expect(await findSession(services, token)).to.equal(undefined);
  });

  it('ends twelve hours after it began however much it is used', async () => {
    const { token } = await open();
    await set(token, 'created_at = NOW(3) - INTERVAL 710 MINUTE, expires_at = NOW(3) + INTERVAL 5 MINUTE');
    await findSession(services, token);
    expect(minutesLeft(await findSession(services, token))).to.equal(10);
  });

  it('is not prolonged by a look that is no use', async () => {
    const { token } = await open();
    await set(token, 'expires_at = NOW(3) + INTERVAL 5 MINUTE');
    await peekSession(services, hashOf(token));
    expect(minutesLeft(await peekSession(services, hashOf(token)))).to.equal(5);
  });

  it('gives every tab of a browser the same token by its cookie', async () => {
    const { token, renewal } = await open();
    expect(await renewSession(services, renewal ?? '')).to.equal(token);
    expect(await renewSession(services, renewal ?? '')).to.equal(token);
    expect(await findSession(services, renewal ?? '')).to.equal(undefined);
  });

  it('has no cookie in a frame', async () => {
    expect((await open('embed')).renewal).to.equal(null);
  });

  it('is over for its token and its cookie once it is closed', async () => {
    const { token, renewal } = await open();
    const session = await findSession(services, token);
    if (session) await closeSession(services, session);
    expect(await findSession(services, token)).to.equal(undefined);
    expect(await renewSession(services, renewal ?? '')).to.equal(undefined);
  });

  it('is over at once for a user who is disabled', async () => {
    const { id } = await createUser(services, accountId, { email: 'leaves@b.test', role: 'agent' });
    const { token } = await openSession(services, { accountId, userId: id, kind: 'embed' });
    await services.database.pool.query('UPDATE user SET disabled_at = NOW(3) WHERE id = ?', [id]);
    expect(await findSession(services, token)).to.equal(undefined);
  });
});
