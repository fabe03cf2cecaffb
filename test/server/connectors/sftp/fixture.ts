import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import type { ConnectorFixture, OutsideSystem } from '../fixture.ts';

type Json = Record<string, unknown>;

export const fixture: ConnectorFixture = {
  variants: [
    { name: 'password', start: () => start(byPassword) },
    { name: 'SSH key', start: () => start(byKey), readsAsBefore: true },
  ],
};

interface Credentials {
  right: Json;
  wrong: Json;
}

async function byPassword({ password, privateKey }: Sshd): Promise<Credentials> {
  // Without root there is no login with a password to try; the harness says so.
  if (password === undefined) return byKeyOf(privateKey);
  return { right: { type: 'password', password }, wrong: { type: 'password', password: `${password}x` } };
}

async function byKey({ privateKey }: Sshd): Promise<Credentials> {
  return byKeyOf(privateKey);
}

async function byKeyOf(privateKey: string): Promise<Credentials> {
  const { prepareKeys } = await import('../../../../server/connectors/sftp/keys.ts');
  const { sftpConfigSchema } = await import('../../../../server/connectors/sftp/config.ts');
  const config = { host: 'h', username: 'u', directory: '.', credential: { type: 'ssh_key' } };
  const { credential } = await prepareKeys(sftpConfigSchema.parse(config));
  return { right: { type: 'ssh_key', private_key: privateKey }, wrong: credential };
}

async function start(credentials: (sshd: Sshd) => Promise<Credentials>): Promise<OutsideSystem> {
  const sshd = await startSshd();
  const { right, wrong } = await credentials(sshd);
  const path = (name: string) => join(sshd.directory, name);
  const config = (more: Json = {}) => ({
    host: sshd.host,
    port: sshd.port,
    username: sshd.username,
    host_key: sshd.hostKeyFingerprint,
    directory: sshd.directory,
    credential: right,
    stable_seconds: 0,
    ...more,
  });
  return {
    config,
    below(name, more = {}) {
      sshd.makeFolder(name);
      return config({ directory: path(name), ...more });
    },
    nowhere: () => config({ directory: path('nowhere') }),
    wrongCredential: () => config({ credential: wrong }),
    // Reserved for a service that nobody runs any more (RFC 1340: tcpmux).
    refused: () => config({ port: 1 }),
    write(name, content) {
      // As careful senders do, so that no listing sees it half.
      const unfinished = path(join(dirname(name), `.${basename(name)}.part`));
      writeFileSync(unfinished, content);
      renameSync(unfinished, path(name));
    },
    append: (name, content) => appendFileSync(path(name), content),
    truncate: (name, length) => truncateSync(path(name), length),
    files: () => readdirSync(sshd.directory, { encoding: 'utf8', recursive: true }).sort(),
    content: (name) => readFileSync(path(name)),
    many(count) {
      // Beside the folder, so that nothing else has to step over them.
      const directory = join(dirname(sshd.directory), `many-${count}`);
      mkdirSync(directory);
      for (let i = 0; i < count; i++) writeFileSync(join(directory, `calls-${i}.csv`), 'a\n1\n');
      return config({ directory });
    },
    cut: () => sshd.dropConnections(),
    freeze: () => sshd.freeze(),
    thaw: () => sshd.thaw(),
    changeIdentity: () => sshd.replaceHostKey(),
    stop: () => sshd.stop(),
  };
}
