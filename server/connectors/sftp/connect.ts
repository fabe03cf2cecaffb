import type { ConnectConfig } from 'ssh2';
import SftpClient from 'ssh2-sftp-client';
import { AppError } from '../../../shared/error.ts';
import type { ConnectorContext } from '../connector.ts';
import type { SftpConfig } from './config.ts';
import { Connection } from './connection.ts';
import { connectionFailure, type Peer, stopped, timeoutFailure } from './failure.ts';
import { changedHostKey, fingerprint, hostKeyKinds } from './host-key.ts';
import { openSocket } from './socket.ts';

export const defaultTimeoutMs = 20_000;

export interface ConnectOptions {
  /** How long the server may stay silent, at any time. */
  timeoutMs?: number;
}

/** How far an attempt came, also when it failed. */
export interface Progress {
  reached: boolean;
  /** The fingerprint that the server showed. */
  hostKey: string | undefined;
  hostKeyAccepted: boolean;
}

export const noProgress = (): Progress => ({ reached: false, hostKey: undefined, hostKeyAccepted: false });

/** Connects, compares the host key with the pinned one (if any) and signs in. The password is sent only after that. */
export async function connect(
  config: SftpConfig,
  context: ConnectorContext,
  { timeoutMs = defaultTimeoutMs }: ConnectOptions = {},
  progress: Progress = noProgress(),
): Promise<Connection> {
  const attempt = (kinds: typeof hostKeyKinds) =>
    connectOnce(config, context, timeoutMs, { progress, hostKeyAlgorithms: kinds.flat() });
  try {
    return await attempt(hostKeyKinds);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'host_key_changed') throw error;
    return await connectByOtherKeys(attempt, error);
  }
}

/** The pinned key may be one of the server's other keys. Only a server that owns it can prove it. */
async function connectByOtherKeys(
  attempt: (kinds: typeof hostKeyKinds) => Promise<Connection>,
  changed: AppError,
): Promise<Connection> {
  for (const kind of hostKeyKinds.slice(1)) {
    try {
      return await attempt([kind]);
    } catch (error) {
      const code = AppError.from(error).code;
      if (code !== 'host_key_changed' && code !== 'protocol_error') throw error;
    }
  }
  throw changed;
}

interface Attempt {
  progress: Progress;
  hostKeyAlgorithms: (typeof hostKeyKinds)[number];
}

async function connectOnce(
  config: SftpConfig,
  context: ConnectorContext,
  timeoutMs: number,
  { progress, hostKeyAlgorithms }: Attempt,
): Promise<Connection> {
  const peer: Peer = { ...config, signsInWith: config.credential.type };
  const socket = await openSocket(peer, context, timeoutMs);
  progress.reached = true;
  let refused: AppError | undefined;
  let lastError: Error | undefined;
  // The library reports through its own console listeners unless it is given others; the wrapped promise loses details.
  const client = new SftpClient('cqa', {});
  client.on('error', (error: Error) => {
    lastError = error;
  });
  client.on('keyboard-interactive', answerPrompts(config));
  const verifyHostKey = (key: Buffer): boolean => {
    const seen = fingerprint(key);
    // Where several kinds of key are tried, the first one shown is the one to speak of.
    progress.hostKey ??= seen;
    progress.hostKeyAccepted = config.host_key === undefined || config.host_key === seen;
    if (progress.hostKeyAccepted) progress.hostKey = seen;
    else refused = changedHostKey(config, progress.hostKey);
    return progress.hostKeyAccepted;
  };
  const onAbort = () => socket.destroy(new Error('stopped'));
  context.signal.addEventListener('abort', onAbort, { once: true });
  // The library's own time-out ends with the sign-in; opening the SFTP channel comes after it.
  const deadline = setTimeout(() => socket.destroy(new Error('silent')), timeoutMs + 1000);
  try {
    const sftp = await client.connect({
      sock: socket,
      ...signIn(config),
      hostVerifier: verifyHostKey,
      readyTimeout: timeoutMs,
      keepaliveInterval: Math.max(1000, timeoutMs / 2),
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: hostKeyAlgorithms, cipher: preferredCiphers },
    });
    return new Connection({ client, sftp, socket, peer, timeoutMs, signal: context.signal });
  } catch (error) {
    socket.destroy();
    if (context.signal.aborted) throw stopped();
    if (refused) throw refused;
    throw signInFailure(lastError ?? (error as Error), peer, timeoutMs);
  } finally {
    clearTimeout(deadline);
    context.signal.removeEventListener('abort', onAbort);
  }
}

/** Measured fastest of those that every OpenSSH since 6.2 has, and an authenticated one; the library's others follow. */
const preferredCiphers: NonNullable<ConnectConfig['algorithms']>['cipher'] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];

function signIn({ username, credential }: SftpConfig): Partial<ConnectConfig> {
  if (credential.type === 'password') return { username, password: credential.password, tryKeyboard: true };
  if (credential.private_key) return { username, privateKey: credential.private_key };
  // Without a key yet there is no way to sign in, but the host key can be seen.
  return { username, authHandler: ['none'] };
}

/** Some servers ask for the password in a dialogue of their own. */
function answerPrompts({ credential }: SftpConfig) {
  return (_name: string, _text: string, _lang: string, prompts: unknown[], finish: (answers: string[]) => void) =>
    finish(prompts.map(() => (credential.type === 'password' ? credential.password : '')));
}

function signInFailure(error: Error & { level?: string }, peer: Peer, timeoutMs: number): AppError {
  if (error instanceof AppError) return error;
  const silent = error.level === 'client-timeout' || /^(.*: )?silent$/.test(error.message);
  return silent ? timeoutFailure(peer, timeoutMs, error) : connectionFailure(error, peer);
}
