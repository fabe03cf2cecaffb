import { AppError } from '../../shared/error.ts';
import { networkFailure } from './guarded-request.ts';

/** A link often carries permissions in its query, so that part is not repeated to anybody. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** Nothing came back in time. */
export function unanswered(url: URL, timeoutMs: number, field: string | undefined): AppError {
  return new AppError(
    'host_timeout',
    `${url.host} has not answered for ${timeoutMs / 1000} s. It is overloaded, or a firewall drops our packets, which looks just like this: check the address, and allow our addresses there.`,
    field === undefined ? {} : { field },
  );
}

/** A connection that could not be made, or broke. Failures about the host name the form's field. */
export function connectionFailure(url: URL, thrown: unknown, field: string | undefined): AppError {
  if (thrown instanceof AppError) return thrown.field === 'host' ? renamed(thrown, field) : thrown;
  const failure = explained(url, thrown as NodeJS.ErrnoException) ?? networkFailure(url, thrown);
  return renamed(failure, field);
}

function explained({ host }: URL, error: NodeJS.ErrnoException): AppError | undefined {
  switch (error.code) {
    case 'ECONNREFUSED':
      return new AppError(
        'host_refused',
        `${host} refused the connection: nothing listens on that port, or a firewall rejects us. Check the address and its port, and that our addresses are allowed there.`,
        { cause: error },
      );
    case 'ETIMEDOUT':
      return new AppError(
        'host_timeout',
        `${host} does not answer. Check the address; a firewall that drops our packets looks just like this, so our addresses must be allowed there.`,
        { cause: error },
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
      return new AppError(
        'host_unreachable',
        `${host} cannot be reached (${error.code}). Check the address and the network between.`,
        { cause: error },
      );
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return new AppError(
        'protocol_error',
        `${host} answers, but not with TLS (${error.message.slice(0, 120).trim()}). Check the port, and whether the address begins with https:// or http://.`,
        { cause: error },
      );
    default:
      return undefined;
  }
}

function renamed(error: AppError, field: string | undefined): AppError {
  const { code, message, cause, retryAfterSeconds } = error;
  return new AppError(code, message, { cause, retryAfterSeconds, ...(field === undefined ? {} : { field }) });
}
