import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import SftpClient from 'ssh2-sftp-client';
import { findInboxEntry } from '../../../db/queries/inbox-files.ts';
import { openInboxFolder } from '../../../server/inbox/folder.ts';
import { type RunningInbox, startInboxServer } from '../../../server/inbox/server.ts';
import type { Services } from '../../../server/services.ts';
import { eventually } from '../../harness/eventually.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { inboxPassword, makeInbox, sftp, startSftp } from './inboxes.ts';

describe('uploads into an inbox', () => {
  let services: Services;
  let server: RunningInbox;
  let accountId: number;
  const folder = scratchFolder('uploads');
  const local = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    const delays = { wrongPasswordMs: 50, wrongKeyMs: 10 };
    server = await startInboxServer(services, { port: 0, host: '127.0.0.1', delays });
  });
  after(async () => {
    await server.close();
    await services.close();
  });

  const login = (username: string) => ({ port: server.port, username, password: inboxPassword });

  async function contentOf(username: string, path: string): Promise<Buffer> {
    const inbox = await openInboxFolder(services, accountId, { username });
    const pieces: Uint8Array[] = [];
    for await (const piece of await inbox.open(path)) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  }

  it('a killed connection leaves the file as uploading, and reput goes on from there', async () => {
    const { username, connectorId } = await makeInbox(services, accountId);
    const content = randomBytes(15_000_000);
    const file = local('long.csv', content);
    const slow = startSftp({ ...login(username), more: ['-l', '8000'] }, [`put ${file} long.csv`]);
    const find = () => findInboxEntry(services.database.pool, { accountId, connectorId }, 'long.csv');
    await eventually('some of it has come', async () => ((await find())?.upload?.size ?? 0) > 1_000_000);
    slow.child.kill('SIGKILL');
    await slow.ended;
    const broken = await eventually('what came is kept', async () => {
      const entry = await find();
      return entry?.upload?.segments.length ? entry : undefined;
    });
    expect(broken.state).to.equal('uploading');
    const inbox = await openInboxFolder(services, accountId, { username });
    expect((await inbox.find('long.csv'))?.isComplete).to.equal(false);
    const again = await sftp(login(username), [`reput ${file} long.csv`]);
    expect(again.code, again.output).to.equal(0);
    expect((await contentOf(username, 'long.csv')).equals(content)).to.equal(true);
    expect((await find())?.segments.length).to.be.greaterThan(1);
  });

  it('a file that is replaced stays as it was until the new one is complete, and is then another version', async () => {
    const { username } = await makeInbox(services, accountId);
    const first = randomBytes(50_000);
    await sftp(login(username), [`put ${local('first', first)} calls.csv`]);
    const inbox = await openInboxFolder(services, accountId, { username });
    const before = await inbox.find('calls.csv');
    const second = randomBytes(3_000_000);
    const file = local('second', second);
    const slow = startSftp({ ...login(username), more: ['-l', '8000'] }, [`put ${file} calls.csv`]);
    await eventually('the new one has begun', async () => {
      const { connectorId } = (await inboxOf(username)) ?? { connectorId: 0 };
      return (await findInboxEntry(services.database.pool, { accountId, connectorId }, 'calls.csv'))?.upload;
    });
    slow.child.kill('SIGSTOP');
    expect((await contentOf(username, 'calls.csv')).equals(first)).to.equal(true);
    expect(await inbox.find('calls.csv')).to.deep.equal(before);
    slow.child.kill('SIGCONT');
    expect((await slow.ended).code).to.equal(0);
    expect((await contentOf(username, 'calls.csv')).equals(second)).to.equal(true);
    expect((await inbox.find('calls.csv'))?.version).not.to.equal(before?.version);
  });

  async function inboxOf(username: string) {
    const { findInbox } = await import('../../../db/queries/inbox-logins.ts');
    return findInbox(services.database.pool, accountId, { username });
  }

  it('renames, makes and removes folders, and refuses what would lose something', async () => {
    const { username } = await makeInbox(services, accountId);
    const client = new SftpClient();
    await client.connect({ host: '127.0.0.1', port: server.port, username, password: inboxPassword });
    try {
      await client.mkdir('/in');
      await client.put(Buffer.from('a\n1\n'), '/in/calls.csv.filepart');
      await client.rename('/in/calls.csv.filepart', '/in/calls.csv');
      await client.put(Buffer.from('a\n2\n'), '/in/other.csv');
      expect(await failureOf(client.rename('/in/other.csv', '/in/calls.csv'))).to.match(/already/);
      await client.posixRename('/in/other.csv', '/in/calls.csv');
      expect((await contentOf(username, 'in/calls.csv')).toString()).to.equal('a\n2\n');
      expect(await failureOf(client.rmdir('/in'))).to.match(/not empty/);
      await client.rename('/in', '/done');
      expect((await client.list('/done')).map(({ name, size }) => `${name} ${size}`)).to.deep.equal(['calls.csv 4']);
      await client.delete('/done/calls.csv');
      await client.rmdir('/done');
      expect(await client.list('/')).to.deep.equal([]);
    } finally {
      await client.end();
    }
  });

  it('refuses what the quota has no room for, in words, and takes it once there is room', async () => {
    const { username } = await makeInbox(services, accountId, { quota: 0.002 });
    const client = new SftpClient();
    await client.connect({ host: '127.0.0.1', port: server.port, username, password: inboxPassword });
    try {
      await client.put(randomBytes(1_500_000), '/a.wav');
      expect(await failureOf(client.put(randomBytes(1_500_000), '/b.wav'))).to.match(/quota exceeded/);
      await client.delete('/a.wav');
      await client.delete('/b.wav');
      await client.put(randomBytes(1_500_000), '/b.wav');
      expect((await client.stat('/b.wav')).size).to.equal(1_500_000);
    } finally {
      await client.end();
    }
  });

  it('takes many files from several sessions at once', async () => {
    const { username } = await makeInbox(services, accountId);
    const contents = Array.from({ length: 4 }, () => randomBytes(1_300_000));
    const runs = contents.map((content, i) =>
      sftp(
        login(username),
        [0, 1, 2].map((n) => `put ${local(`many-${i}`, content)} ${i}-${n}.wav`),
      ),
    );
    for (const { code, output } of await Promise.all(runs)) expect(code, output).to.equal(0);
    for (const [i, content] of contents.entries())
      for (const n of [0, 1, 2]) expect((await contentOf(username, `${i}-${n}.wav`)).equals(content)).to.equal(true);
  });

  it('goes on when the keys are changed in the middle of a file', async () => {
    const { username } = await makeInbox(services, accountId);
    const content = randomBytes(8_000_000);
    const more = ['-o', 'RekeyLimit=1M'];
    const file = local('rekey.wav', content);
    const { code, output } = await sftp({ ...login(username), more }, [
      `put ${file} rekey.wav`,
      `get rekey.wav ${join(folder, 'back')}`,
    ]);
    expect(code, output).to.equal(0);
    expect((await contentOf(username, 'rekey.wav')).equals(content)).to.equal(true);
  });
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  return 'it did not fail';
}
