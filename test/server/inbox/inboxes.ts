import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findConnector, saveConnector } from '../../../server/configuration/connectors.ts';
import { requireProgram } from '../../../server/machine/programs.ts';
import type { Services } from '../../../server/services.ts';
import { scratchFolder } from '../../harness/folders.ts';

type Json = Record<string, unknown>;

export const inboxPassword = 'let the files come in';

let inboxes = 0;

/** A new inbox connector of the account; its username, and the connector's id. */
export async function makeInbox(
  services: Services,
  accountId: number,
  config: Json = {},
  name = `inbox ${++inboxes}`,
): Promise<{ name: string; username: string; uid: string; connectorId: number }> {
  const input = { name, direction: 'import', type: 'inbox', config: { password: inboxPassword, ...config } };
  const { uid } = await saveConnector(services, accountId, input, { by: 'test', create: true });
  const { public_side, id } = await findConnector(services, accountId, name);
  return { name, username: public_side.username ?? '', uid, connectorId: id };
}

export interface ClientKey {
  path: string;
  publicKey: string;
}

export function makeKey(type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519'): ClientKey {
  const path = join(scratchFolder('key'), type);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'a sender', '-f', path]);
  return { path, publicKey: readFileSync(`${path}.pub`, 'utf8').trim() };
}

export interface SftpOptions {
  port: number;
  username: string;
  password?: string;
  key?: ClientKey;
  /** More of the client's own options. */
  more?: string[];
}

/** OpenSSH's sftp on its way: what it says so far, and its end. */
export interface SftpRun {
  child: ChildProcess;
  ended: Promise<{ code: number | null; output: string }>;
}

/** Starts OpenSSH's own client with these commands, one a line as in its batch files. */
export function startSftp({ port, username, password, key, more = [] }: SftpOptions, commands: string[]): SftpRun {
  const folder = scratchFolder('sftp');
  const batch = join(folder, 'batch');
  writeFileSync(batch, `${commands.join('\n')}\n`);
  const askpass = join(folder, 'askpass');
  writeFileSync(askpass, `#!/bin/sh\ncat ${join(folder, 'password')}\n`, { mode: 0o700 });
  writeFileSync(join(folder, 'password'), `${password ?? ''}\n`);
  const settings = [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
    'LogLevel=ERROR',
    'NumberOfPasswordPrompts=1',
    ...(key
      ? [`IdentityFile=${key.path}`, 'IdentitiesOnly=yes', 'PreferredAuthentications=publickey']
      : ['PreferredAuthentications=password', 'PubkeyAuthentication=no']),
  ];
  const flags = settings.flatMap((setting) => ['-o', setting]);
  const child = spawn(
    requireProgram('sftp'),
    // Without a terminal, `-b` would forbid to ask for the password.
    [
      ...flags,
      '-o',
      'BatchMode=no',
      '-F',
      '/dev/null',
      ...more,
      '-P',
      String(port),
      '-b',
      batch,
      `${username}@127.0.0.1`,
    ],
    { env: { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' } },
  );
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  return { child, ended: once(child, 'close').then(([code]) => ({ code, output })) };
}

export function sftp(options: SftpOptions, commands: string[]): Promise<{ code: number | null; output: string }> {
  return startSftp(options, commands).ended;
}
