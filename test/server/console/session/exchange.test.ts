import { expect } from 'chai';
import { createUser } from '../../../../server/accounts/users.ts';
import { createEmbedSecret, signEmbedToken } from '../../../../server/security/embed.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor } from '../../web/door.ts';

describe("the exchange of a host's token", () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  it('gives the frame a session of its user, without any cookie, once', async () => {
    const account = await testAccount(door.services, { console: false });
    const { uid } = await createUser(door.services, account.id, { email: 'agent@host.test', role: 'agent' });
    await createEmbedSecret(door.services, account.id);
    const token = await signEmbedToken(door.services, account, 'agent@host.test');
    const answer = await door.mutate('session.exchange', { token }, { headers: { origin: 'null' } });
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('set-cookie')).to.equal(null);
    const { token: bearer, user_id } = answer.data as { token: string; user_id: string };
    expect(user_id).to.equal(uid);
    const me = await door.query('session.me', undefined, { token: bearer });
    expect((me.data as { user: unknown }).user).to.include({ email: 'agent@host.test', role: 'agent' });
    const replayed = await door.mutate('session.exchange', { token });
    expect(replayed.status).to.equal(401);
    expect(replayed.error?.message).to.match(/used before/);
  });
});
