import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { requireProgram } from '../../server/machine/programs.ts';
import { eventually } from './eventually.ts';
import { scratchFolder } from './folders.ts';
import { freePort } from './ports.ts';
import { makeSystemUser, removeSystemUser, type SystemUser } from './system-user.ts';

export interface SshdOptions {
  /** The folder that a login lands in; it is given to that login. A temporary one by default. */
  directory?: string;
  /** Kinds of host key; the first is the one that a client usually sees. */
  hostKeys?: ('ed25519' | 'rsa')[];
  port?: number;
  /** The only ciphers that it accepts. */
  ciphers?: string[];
  /** Requests of SFTP that it does not know: `posix-rename`, which takes the place of an older file, is OpenSSH's own. */
  deniedRequests?: string[];
}

export interface Sshd {
  host: string;
  port: number;
  username: string;
  /** Undefined where no system user could be made: then only the key signs in. */
  password: string | undefined;
  privateKeyPath: string;
  privateKey: string;
  directory: string;
  hostKeyFingerprint: string;
  fingerprints: Record<string, string>;
  /** Lets one more public key sign in. */
  authorize(publicKey: string): void;
  /** How many passwords it has refused so far. */
  refusedPasswords(): number;
  /** A folder below, given to the login; one that is there is well. */
  makeFolder(name: string): void;
  /** A new key on the same port; returns its fingerprint. Connections are closed. */
  replaceHostKey(): Promise<string>;
  /** Ends every connection, as a server that restarts does. */
  dropConnections(): void;
  /** The server's processes stand still: connections stay open and nothing is answered. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** A real OpenSSH server on loopback that offers SFTP alone. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const base = scratchFolder('sshd');
  chmodSync(base, 0o711);
  const user = await makeSystemUser();
  if (!user) console.error('sshd: not root, so there is no password login, only the key of', userInfo().username);
  const directory = prepareDirectory(options.directory ?? join(base, 'home'), user);
  const keys = makeKeys(base, options.hostKeys ?? ['ed25519']);
  const port = options.port ?? (await freePort());
  const server = new SshdProcess(base, settings(base, directory, { ...options, port }), port);
  await server.start();
  return {
    host: '127.0.0.1',
    port,
    username: user?.name ?? userInfo().username,
    password: user?.password,
    privateKeyPath: join(base, 'client'),
    privateKey: readFileSync(join(base, 'client'), 'utf8'),
    directory,
    hostKeyFingerprint: Object.values(keys)[0] ?? '',
    fingerprints: keys,
    authorize: (publicKey) => appendFileSync(join(base, 'authorized_keys'), `${publicKey}\n`),
    refusedPasswords: () => readFileSync(join(base, 'log'), 'utf8').match(/^Failed password /gm)?.length ?? 0,
    makeFolder(name) {
      mkdirSync(join(directory, name), { recursive: true });
      if (user) lchownSync(join(directory, name), user.uid, user.gid);
    },
    async replaceHostKey() {
      await server.stop();
      const fingerprints = makeHostKeys(base, options.hostKeys ?? ['ed25519']);
      await server.start();
      return Object.values(fingerprints)[0] ?? '';
    },
    dropConnections: () => server.signalSessions('SIGKILL'),
    freeze: () => server.signalSessions('SIGSTOP'),
    thaw: () => server.signalSessions('SIGCONT'),
    async stop() {
      await server.stop();
      if (user) await removeSystemUser(user.name);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function prepareDirectory(directory: string, user: SystemUser | undefined): string {
  mkdirSync(directory, { recursive: true });
  if (!user) return directory;
  requirePassage(directory);
  chownAll(directory, user);
  return directory;
}

/** sshd says nothing when a login cannot get to its folder: it lands in the root instead. */
function requirePassage(directory: string): void {
  for (let above = dirname(directory); above !== dirname(above); above = dirname(above))
    if ((statSync(above).mode & 0o001) === 0) throw new Error(`other users cannot pass through ${above} (chmod o+x)`);
}

function chownAll(path: string, { uid, gid }: SystemUser): void {
  lchownSync(path, uid, gid);
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true }))
    lchownSync(join(entry.parentPath, entry.name), uid, gid);
}

function makeKeys(base: string, hostKeys: string[]): Record<string, string> {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'client', '-f', join(base, 'client')]);
  writeFileSync(join(base, 'authorized_keys'), readFileSync(join(base, 'client.pub')));
  chmodSync(join(base, 'authorized_keys'), 0o644);
  return makeHostKeys(base, hostKeys);
}

function makeHostKeys(base: string, types: string[]): Record<string, string> {
  const fingerprints = types.map((type) => {
    const path = join(base, `host_${type}`);
    rmSync(path, { force: true });
    rmSync(`${path}.pub`, { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path]);
    const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' }).split(' ');
    return [type, fingerprint] as const;
  });
  writeFileSync(join(base, 'host_keys'), types.map((type) => `HostKey ${join(base, `host_${type}`)}\n`).join(''));
  return Object.fromEntries(fingerprints);
}

class SshdProcess {
  readonly #base: string;
  readonly #port: number;
  readonly #settings: string;
  #process: ChildProcess | undefined;
  /** Sessions that were stopped on purpose, so that the end finds them again. */
  readonly #known = new Set<number>();

  constructor(base: string, settings: string, port: number) {
    this.#base = base;
    this.#port = port;
    this.#settings = settings;
  }

  async start(): Promise<void> {
    // Without this folder sshd refuses to start as root; an installed but never started one lacks it.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const config = join(this.#base, 'sshd_config');
    writeFileSync(config, this.#settings + readFileSync(join(this.#base, 'host_keys'), 'utf8'));
    const log = join(this.#base, 'log');
    const child = spawn(requireProgram('sshd'), ['-D', '-f', config, '-E', log], { stdio: 'ignore' });
    this.#process = child;
    process.once('exit', this.#kill);
    await eventually('sshd answers', () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('sshd has ended');
      return answers(this.#port);
    }).catch((error: Error) => {
      throw new Error(`sshd did not start: ${error.message}\n${readFileSync(log, 'utf8')}`);
    });
  }

  signalSessions(signal: NodeJS.Signals): void {
    for (const pid of descendants(this.#process?.pid)) this.#known.add(pid);
    for (const pid of this.#known) signalIfThere(pid, signal);
    if (signal === 'SIGKILL') this.#known.clear();
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child) return;
    this.signalSessions('SIGKILL');
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
    process.off('exit', this.#kill);
  }

  readonly #kill = () => {
    this.signalSessions('SIGKILL');
    this.#process?.kill('SIGKILL');
  };
}

function settings(
  base: string,
  directory: string,
  { port, ciphers, deniedRequests }: Pick<SshdOptions, 'ciphers' | 'deniedRequests'> & { port: number },
): string {
  const denied = deniedRequests ? ` -P ${deniedRequests.join(',')}` : '';
  return `
ListenAddress 127.0.0.1
Port ${port}
PidFile none
UsePAM no
UseDNS no
StrictModes no
PasswordAuthentication yes
KbdInteractiveAuthentication no
AuthorizedKeysFile ${join(base, 'authorized_keys')}
MaxStartups 100
MaxSessions 100
Subsystem sftp internal-sftp${denied}
ForceCommand internal-sftp${denied} -d ${directory}
${ciphers ? `Ciphers ${ciphers.join(',')}\n` : ''}`;
}

/** Every process below this one, as the kernel lists them. */
function descendants(parent: number | undefined): number[] {
  if (parent === undefined || process.platform !== 'linux') return [];
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name)
      ?.replace(/^.*\) /, '')
      .split(' ');
    if (fields?.[1]) parents.set(Number(name), Number(fields[1]));
  }
  const found: number[] = [];
  for (let next = [parent]; next.length > 0; ) {
    next = [...parents].filter(([, above]) => next.includes(above)).map(([pid]) => pid);
    found.push(...next);
  }
  return found;
}

function statOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    // It ended between the listing and now.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false; // not yet: the caller asks again until its deadline
  } finally {
    socket.destroy();
  }
}
