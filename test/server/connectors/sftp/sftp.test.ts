import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SourceSession } from '../../../../server/connectors/connector.ts';
import { secretPaths } from '../../../../server/connectors/secrets.ts';
import { checkSftp } from '../../../../server/connectors/sftp/check.ts';
import { type SftpConfig, sftpConfigSchema } from '../../../../server/connectors/sftp/config.ts';
import { sftp } from '../../../../server/connectors/sftp/sftp.ts';
import { openSource } from '../../../../server/connectors/sftp/source.ts';
import type { CheckStep } from '../../../../shared/connector.ts';
import { sftpConfig } from '../../../harness/connectors.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { contextOf, rejects } from '../contract.ts';

const parse = (config: unknown): SftpConfig => sftpConfigSchema.parse(config);
const minimal = { host: 'h', username: 'u', directory: '/', credential: { type: 'password', password: 'p' } };

describe('sftp configuration', () => {
  it('takes a port as text and has the defaults that are promised', () => {
    expect(parse({ ...minimal, port: '2022' })).to.include({ port: 2022 });
    expect(parse(minimal)).to.include({
      ...{ port: 22, file_format: 'csv', stable_seconds: 2, on_existing: 'update', after_success: 'leave' },
    });
    expect(parse(minimal).host_key).to.equal(undefined);
  });

  it('refuses what is no port, no fingerprint, and an action that does not exist', () => {
    for (const wrong of [{ port: 'x' }, { port: 0 }, { host_key: 'ab:cd' }, { after_success: 'burn' }, { hots: 'h' }])
      expect(sftpConfigSchema.safeParse({ ...minimal, ...wrong }).success, JSON.stringify(wrong)).to.equal(false);
  });

  it('marks the password and the private key as secrets', () => {
    expect(secretPaths(sftpConfigSchema).sort()).to.deep.equal(['credential.password', 'credential.private_key']);
  });

  it('another folder or another mapping is another location; another password is not', () => {
    const location = (more: object) => sftp.location(parse({ ...minimal, ...more }));
    expect(location({ directory: '/x' })).not.to.equal(location({}));
    expect(location({ column_mapping: { a: 'b' } })).not.to.equal(location({}));
    expect(location({ credential: { type: 'password', password: 'q' }, stable_seconds: 9 })).to.equal(location({}));
  });

  it('a private key that cannot be used is refused with its field', async () => {
    const credential = { type: 'ssh_key', private_key: 'no key' };
    const failure = await rejects(sftp.prepare(parse({ ...minimal, credential })), 'invalid');
    expect(failure.field).to.equal('credential.private_key');
  });
});

describe('sftp with a real server', () => {
  let sshd: Sshd;
  before(async () => {
    sshd = await startSshd({ hostKeys: ['ed25519', 'rsa'] });
  });
  after(() => sshd.stop());
  const config = (more: object = {}) => parse({ ...sftpConfig(sshd), stable_seconds: 0, ...more });

  it('the key pair that is made signs in once its public half is installed', async () => {
    const prepared = await sftp.prepare(config({ credential: { type: 'ssh_key' } }));
    const { public_key = '' } = sftp.publicSide(prepared);
    expect(public_key).to.match(/^ssh-ed25519 \S+ cqa$/);
    expect(lastOf(await steps(prepared)).details).to.include({ code: 'sign_in_refused' });
    sshd.authorize(public_key);
    expect(lastOf(await steps(prepared))).to.include({ name: 'list', ok: true });
  });

  it('the pinned fingerprint may be that of any of the server’s keys', async () => {
    for (const host_key of Object.values(sshd.fingerprints))
      expect(lastOf(await steps(config({ host_key }))).ok, host_key).to.equal(true);
  });

  it('a run without a pinned key pins the one it sees and says so', async () => {
    const pinned: string[] = [];
    const context = contextOf({ pin: async (key) => void pinned.push(key) });
    const session = await openSource(config({ host_key: undefined }), context);
    await session[Symbol.asyncDispose]();
    expect(pinned).to.deep.equal([sshd.hostKeyFingerprint]);
  });

  it('where nothing can be pinned, a run without a pinned key fails', async () => {
    const failure = await rejects(openSource(config({ host_key: undefined }), contextOf()), 'host_key_unknown');
    expect(failure.message).to.contain(sshd.hostKeyFingerprint).and.to.contain('Test connection');
  });

  it('the password is not sent to a server with another key', async () => {
    const host_key = `SHA256:${'A'.repeat(43)}`;
    const names = (await steps(config({ host_key }))).map(({ name, ok }) => `${name} ${ok}`);
    expect(names).to.deep.equal(['reach true', 'host_key false']);
  });

  describe('recordings', () => {
    let session: SourceSession;
    const audio = randomBytes(700_000);
    before(async () => {
      mkdirSync(join(sshd.directory, 'in/audio'), { recursive: true });
      writeFileSync(join(sshd.directory, 'in/audio/1.wav'), audio);
      writeFileSync(join(sshd.directory, 'secret.wav'), audio);
      symlinkSync(join(sshd.directory, 'secret.wav'), join(sshd.directory, 'in/audio/link.wav'));
      session = await openSource(config({ directory: join(sshd.directory, 'in') }), contextOf());
    });
    after(() => session[Symbol.asyncDispose]());
    const fetch = (path: string, itemKey = 'calls.csv') => readRecording(session, path, itemKey);

    it('are found beside their CSV, and by their absolute path', async () => {
      for (const path of ['audio/1.wav', './audio/1.wav', 'audio/../audio/1.wav', `${sshd.directory}/in/audio/1.wav`])
        expect((await fetch(path)).equals(audio), path).to.equal(true);
    });

    it('outside the folder are refused, however the path is written', async () => {
      for (const path of ['../secret.wav', '/etc/passwd', 'audio/../../secret.wav', 'audio/link.wav'])
        await rejects(fetch(path), 'path_outside');
    });

    it('that are missing, are a folder or have no name say so', async () => {
      await rejects(fetch('audio/2.wav'), 'path_missing');
      await rejects(fetch('audio'), 'path_is_directory');
      await rejects(fetch(' '), 'path_missing');
    });

    it('come whole when a hundred are asked for at once', async () => {
      const all = await Promise.all(Array.from({ length: 100 }, () => fetch('audio/1.wav')));
      expect(all.every((content) => content.equals(audio))).to.equal(true);
    });

    it('a connection that breaks fails what is under way, and the next read opens another', async () => {
      const broken = Promise.allSettled(Array.from({ length: 40 }, () => fetch('audio/1.wav')));
      sshd.dropConnections();
      const codes = (await broken).flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
      expect(codes).to.include('connection_lost');
      expect((await fetch('audio/1.wav')).equals(audio)).to.equal(true);
    });
  });

  it('a server that stands still after the sign-in is given up on after the time-out', async () => {
    const session = await openSource(config(), contextOf(), { timeoutMs: 3_000 });
    sshd.freeze();
    try {
      await rejects(session.list()[Symbol.asyncIterator]().next(), 'host_timeout');
    } finally {
      sshd.thaw();
      await session[Symbol.asyncDispose]();
    }
  });
});

describe('sftp with a server that is none', () => {
  const servers: { server: Server; sockets: Socket[] }[] = [];
  after(() => {
    for (const { server, sockets } of servers) {
      server.close();
      for (const socket of sockets) socket.destroy();
    }
  });
  const listen = async (onConnection: (socket: Socket) => void): Promise<SftpConfig> => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    servers.push({ server, sockets });
    await once(server, 'listening');
    return parse({ ...minimal, host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  };

  it('one that accepts and says nothing is a time-out', async () => {
    const last = lastOf(await steps(await listen(() => undefined), 300));
    expect(last.details?.code).to.equal('host_timeout');
    expect(last.message).to.contain('has not answered');
  });

  it('one that speaks another protocol is told as such', async () => {
    const last = lastOf(await steps(await listen((socket) => socket.end('220 ftp.example ready\r\n')), 60_000));
    expect(last.details?.code).to.equal('protocol_error');
    expect(last.message).to.contain('not as an SFTP server');
  });

  it('one that hangs up at once is no time-out', async () => {
    const last = lastOf(await steps(await listen((socket) => socket.destroy()), 60_000));
    expect(last.details?.code).to.be.oneOf(['protocol_error', 'connection_lost']);
  });

  it('a host that does not exist is told as such', async () => {
    const last = lastOf(await steps(parse({ ...minimal, host: 'no-such-host.invalid' }), 60_000));
    expect(last.details?.code).to.be.oneOf(['host_unknown', 'host_unreachable']);
    expect(last.message).to.contain('no-such-host.invalid');
  });
});

async function steps(config: SftpConfig, timeoutMs = 5000): Promise<CheckStep[]> {
  const list: CheckStep[] = [];
  for await (const step of checkSftp(config, 'import', contextOf(), { timeoutMs })) list.push(step);
  return list;
}

function lastOf(list: CheckStep[]): CheckStep {
  const last = list.at(-1);
  if (!last) throw new Error('the check told nothing');
  return last;
}

async function readRecording(session: SourceSession, path: string, itemKey: string): Promise<Buffer> {
  if (!session.recording) throw new Error('no recordings');
  const parts: Buffer[] = [];
  // Copied, since a piece is valid only until the next.
  for await (const bytes of await session.recording({ path, itemKey })) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}
