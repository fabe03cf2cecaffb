import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesOfInbox } from '../../../db/queries/inbox-files.ts';
import { openInboxFolder } from '../../../server/inbox/folder.ts';
import { type RunningInbox, startInboxServer } from '../../../server/inbox/server.ts';
import type { Services } from '../../../server/services.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { inboxPassword, makeInbox, makeKey, sftp } from './inboxes.ts';

describe('the inbox server', () => {
  let services: Services;
  let server: RunningInbox;
  let accountId: number;
  const folder = scratchFolder('inbox-client');
  const local = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    server = await startInboxServer(services, {
      port: 0,
      host: '127.0.0.1',
      delays: { wrongPasswordMs: 50, wrongKeyMs: 10 },
    });
  });
  after(async () => {
    await server.close();
    await services.close();
  });

  const bySign = (username: string) => ({ port: server.port, username, password: inboxPassword });

  async function contentOf(username: string, path: string): Promise<Buffer> {
    const inbox = await openInboxFolder(services, accountId, { username });
    const pieces: Uint8Array[] = [];
    for await (const piece of await inbox.open(path)) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  }

  it('takes files by password and by key of each kind, and gives them back', async () => {
    const content = randomBytes(3_000_000);
    const file = local('a.bin', content);
    const keys = [makeKey('ed25519'), makeKey('rsa'), makeKey('ecdsa')];
    const { username } = await makeInbox(services, accountId, { public_keys: keys.map((key) => key.publicKey) });
    const byPassword = await sftp(bySign(username), [
      `put ${file} a.bin`,
      `get a.bin ${join(folder, 'back')}`,
      'ls -l',
    ]);
    expect(byPassword.code, byPassword.output).to.equal(0);
    expect(readFileSync(join(folder, 'back')).equals(content)).to.equal(true);
    expect(byPassword.output).to.contain('3000000');
    for (const key of keys) {
      const byKey = await sftp({ port: server.port, username, key }, [`put ${file} ${key.publicKey.slice(4, 9)}.bin`]);
      expect(byKey.code, byKey.output).to.equal(0);
    }
    expect((await contentOf(username, 'a.bin')).equals(content)).to.equal(true);
  });

  it('lets nobody in with a wrong password, a wrong key or a name that is none', async () => {
    const { username } = await makeInbox(services, accountId, { public_keys: [makeKey().publicKey] });
    for (const options of [
      { ...bySign(username), password: 'something else' },
      bySign(`${username}x`),
      { port: server.port, username, key: makeKey() },
    ]) {
      const { code, output } = await sftp(options, ['ls']);
      expect(code, output).to.equal(255);
      expect(output).to.match(/Permission denied/);
    }
  });

  it('keeps a login in its own folder', async () => {
    const { username, connectorId } = await makeInbox(services, accountId);
    const file = local('jail.csv', 'a\n1\n');
    const { output } = await sftp(bySign(username), [
      `put ${file} ../../../jail.csv`,
      'mkdir /deep',
      `put ${file} deep/../../deep/x.csv`,
      'cd ..',
      'pwd',
      'ls -1',
      '-ln -s /etc/passwd link',
      '-symlink /etc link',
      '-ls /etc',
    ]);
    expect(output).to.contain('jail.csv').and.contain('deep').and.contain('Remote working directory: /\n');
    const files = await filesOfInbox(services.database.pool, { accountId, connectorId }, '', 100);
    expect(files.map(({ path }) => path)).to.deep.equal(['deep/x.csv', 'jail.csv']);
  });
});
