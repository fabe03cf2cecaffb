import { expect } from 'chai';
import { testPassword } from '../../../harness/services.ts';
import { type Door, openDoor } from '../../web/door.ts';

describe('the first account', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  const first = {
    name: 'First',
    admin_email: 'boss@example.test',
    admin_password: testPassword,
    timezone: 'Asia/Dubai',
  };
  const needed = async () => (await door.query('setup.state')).data;

  it('is made once, whoever else tries at the same moment, and its admin has the console', async () => {
    expect(await needed()).to.deep.equal({ needs_account: true });
    const tries = await Promise.all(
      Array.from({ length: 4 }, (_, i) =>
        door.mutate('setup.createAccount', { ...first, admin_email: `boss${i}@example.test` }),
      ),
    );
    const [success, ...refused] = tries.map(({ status }) => status).sort();
    expect(success).to.equal(200);
    // Those that had to wait too long for the first one are told to load the page again.
    for (const status of refused) expect(status).to.be.oneOf([403, 409]);
    expect(await needed()).to.deep.equal({ needs_account: false });
    const made = tries.findIndex(({ status }) => status === 200);
    const signedIn = await door.mutate('session.signIn', { email: `boss${made}@example.test`, password: testPassword });
    const { token } = signedIn.data as { token: string };
    expect((await door.query('session.me', undefined, { token })).data).to.include({ console: 'open' });
    expect((await door.query('connectors.list', {}, { token })).data).to.deep.equal([]);
  });

  it('is refused afterwards in words', async () => {
    const answer = await door.mutate('setup.createAccount', first);
    expect(answer.error?.data.code).to.equal('forbidden');
    expect(answer.error?.message).to.match(/set up already/);
  });
});
