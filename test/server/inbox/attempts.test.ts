import { expect } from 'chai';
import { Attempts } from '../../../server/inbox/attempts.ts';
import { type RunningInbox, startInboxServer } from '../../../server/inbox/server.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { inboxPassword, makeInbox, sftp } from './inboxes.ts';

describe('wrong sign-ins at the inbox', () => {
  let services: Services;
  let server: RunningInbox;
  before(async () => {
    services = await testServices();
    server = await startInboxServer(services, {
      ...{ port: 0, host: '127.0.0.1' },
      attempts: { perLogin: 3, perAddress: 5 },
      delays: { wrongPasswordMs: 20, wrongKeyMs: 10 },
    });
  });
  after(async () => {
    await server.close();
    await services.close();
  });

  it('shut out a name from that address, then the address, though the password is right by then', async () => {
    const { id } = await testAccount(services);
    const inboxes = [await makeInbox(services, id), await makeInbox(services, id)];
    const [one, two] = inboxes.map(({ username }) => ({ port: server.port, username, password: inboxPassword }));
    if (!one || !two) throw new Error('two inboxes were made');
    const wrong = { ...one, password: 'not the password' };
    for (let i = 0; i < 3; i++) expect((await sftp(wrong, ['ls'])).code).to.equal(255);
    expect((await sftp(one, ['ls'])).code, 'the right password is not heard').to.equal(255);
    expect((await sftp(two, ['ls'])).code, 'another name still is').to.equal(0);
    for (let i = 0; i < 2; i++) await sftp({ ...two, username: `nobody-${i}` }, ['ls']);
    expect((await sftp(two, ['ls'])).code, 'the address is not let in').to.equal(255);
  });

  it('shut out for twice as long each time', async () => {
    const attempts = new Attempts(services.database, { perLogin: 1, perAddress: 9, windowSeconds: 60, banSeconds: 10 });
    const bans = [];
    for (let i = 0; i < 3; i++) bans.push(await attempts.countFailure('192.0.2.1', 'somebody'));
    expect(bans).to.deep.equal([10, 20, 40]);
    expect(await attempts.isBanned('192.0.2.1', 'somebody')).to.equal(true);
    expect(await attempts.isBanned('192.0.2.1', 'another')).to.equal(false);
    expect(await attempts.isBanned('192.0.2.2', 'somebody')).to.equal(false);
  });
});
