import { expect } from 'chai';
import { findConnector } from '../../../server/configuration/connectors.ts';
import { startInboxServer } from '../../../server/inbox/server.ts';
import { inboxServer } from '../../../server/inbox/server-facts.ts';
import { type Inbox, startInbox } from '../../../server/inbox/start.ts';
import { openLog } from '../../../server/log.ts';
import type { Services } from '../../../server/services.ts';
import { settingsOf, testAccount, testServices } from '../../harness/services.ts';
import { inboxPassword, makeInbox, sftp } from './inboxes.ts';

describe('the inbox role', () => {
  let services: Services;
  before(async () => {
    services = await testServices({ inboxPort: 0 });
  });
  after(() => services.close());

  const start = async (inboxPort: number): Promise<Inbox> => {
    const { config, ...settings } = settingsOf(services);
    const inbox = startInbox({ ...settings, config: { ...config, inboxPort } }, openLog('silent'), () => undefined);
    await inbox.began;
    return inbox;
  };

  it('takes any free port where it is told 0, and everybody is told which', async () => {
    const { id: accountId } = await testAccount(services);
    const { name, username } = await makeInbox(services, accountId);
    const inbox = await start(0);
    try {
      const { port, isUp } = await inboxServer(services);
      expect(isUp).to.equal(true);
      const { public_side } = await findConnector(services, accountId, name);
      expect(public_side).to.include({ port: String(port), address: `sftp://${username}@127.0.0.1:${port}` });
      const { code, output } = await sftp({ port, username, password: inboxPassword }, ['ls']);
      expect(code, output).to.equal(0);
    } finally {
      await inbox.stop();
    }
    expect((await inboxServer(services)).isUp).to.equal(false);
  });

  it('does not hold up the start of the product where its port is taken', async () => {
    const other = await startInboxServer(services, { port: 0, host: '127.0.0.1' });
    const inbox = await start(other.port);
    await inbox.stop();
    await other.close();
  });
});
