import { AppError, type ErrorCode } from '../../../shared/error.ts';

/** Status codes of the SFTP protocol (draft-ietf-secsh-filexfer-02, section 7). */
export const sftpStatus = { endOfFile: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

export interface Peer {
  host: string;
  port: number;
  username: string;
  signsInWith: 'password' | 'ssh_key';
}

export function timeoutFailure({ host, port }: Peer, timeoutMs: number, cause?: unknown): AppError {
  return new AppError(
    'host_timeout',
    `${host}:${port} accepted the connection but has not answered for ${timeoutMs / 1000} s. Check that an SFTP server listens there and is not overloaded.`,
    { cause },
  );
}

export function stopped(): AppError {
  return new AppError('cancelled', 'It was stopped before it was done.');
}

/** A failure to open the TCP connection. */
export function socketFailure(error: NodeJS.ErrnoException, { host, port }: Peer): AppError {
  const at = `${host}:${port}`;
  if (error.code === 'ECONNREFUSED')
    return new AppError(
      'host_refused',
      `${at} refused the connection: nothing listens on that port, or a firewall rejects us. Check the port, and that our addresses are allowed there.`,
      { cause: error, field: 'port' },
    );
  if (error.code === 'ETIMEDOUT') return unanswered(at, error);
  return new AppError(
    'host_unreachable',
    `${at} cannot be reached (${error.code ?? error.message}). Check the host and the network between.`,
    { cause: error, field: 'host' },
  );
}

export function unanswered(at: string, cause?: unknown): AppError {
  return new AppError(
    'host_timeout',
    `${at} does not answer. Check host and port; a firewall that drops our packets looks just like this, so our addresses must be allowed there.`,
    { cause, field: 'host' },
  );
}

/** Whatever the SSH library reports about a connection, in words. */
export function connectionFailure(error: Error & { level?: string; code?: unknown }, peer: Peer): AppError {
  const [code, message, field] = explain(error, peer);
  return new AppError(code, message, field ? { cause: error, field } : { cause: error });
}

function explain(error: Error & { level?: string }, peer: Peer): [ErrorCode, string, string?] {
  const { host, port, username } = peer;
  const at = `${host}:${port}`;
  const text = error.message;
  if (error.level === 'client-authentication') return signInRefused(peer);
  if (/no matching (.*)/i.test(text))
    return [
      'protocol_error',
      `${at} and this program have no secure method in common (${text}). The server must offer a newer one.`,
    ];
  if (/unable to start subsystem|channel open failure|unable to exec/i.test(text))
    return [
      'permission_denied',
      `${at} let "${username}" sign in but offers no SFTP to this user (${text}). SFTP must be switched on for it.`,
    ];
  if (/keepalive timeout/i.test(text))
    return ['connection_lost', `${at} stopped answering. If it lasts, look at the server and at the network between.`];
  if (/lost before handshake|invalid identification|greeting|exceeds max/i.test(text))
    return [
      'protocol_error',
      `${at} answers, but not as an SFTP server (${text}). Check the port; plain FTP and FTPS do not work.`,
      'port',
    ];
  return [
    'connection_lost',
    `The connection to ${at} was lost (${text}). If it lasts, look at the server's log and at the network between.`,
  ];
}

function signInRefused({ host, port, username, signsInWith }: Peer): [ErrorCode, string, string] {
  return signsInWith === 'password'
    ? [
        'sign_in_refused',
        `${host}:${port} refused the user name "${username}" or its password. Enter both again, and check that this user may sign in with a password.`,
        'credential.password',
      ]
    : [
        'sign_in_refused',
        `${host}:${port} refused the SSH key for the user name "${username}". Check the user name, and that the public key shown with this connector is in that user's authorized keys.`,
        'credential.public_key',
      ];
}

/** What the server said about one path. */
export function pathFailure(error: Error & { code?: unknown }, path: string): AppError {
  if (error instanceof AppError) return error;
  const [code, message] = explainStatus(error, path);
  return new AppError(code, message, { cause: error });
}

function explainStatus(error: Error & { code?: unknown }, path: string): [ErrorCode, string] {
  switch (error.code) {
    case sftpStatus.noSuchFile:
      return ['path_missing', `There is no ${path} on the server.`];
    case sftpStatus.permissionDenied:
      return [
        'permission_denied',
        `The server does not let this user at ${path}. Its permissions must be changed there.`,
      ];
    default:
      return ['protocol_error', `The server refused ${path} (${error.message}).`];
  }
}

/** Whether a failure came from the server as this status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof AppError && (error.cause as { code?: unknown } | undefined)?.code === status;
}
