import { AppError, type ErrorCode } from '../../../../shared/error.ts';
import type { DatabaseConfig } from '../source-config.ts';

type Known = [ErrorCode, string, string?];

interface ServerError extends Error {
  code?: string;
  errno?: number;
  sqlMessage?: string;
}

/** What a database server or the way to it failed with, in words; an AppError as it is. */
export function databaseFailure(thrown: unknown, config: DatabaseConfig, port: number): AppError {
  if (thrown instanceof AppError) return thrown;
  const error = thrown as ServerError;
  const [code, message, field] =
    connectionProblem(error, `${config.host}:${port}`) ??
    (config.engine === 'postgres' ? postgresProblem(error, config) : mysqlProblem(error, config)) ??
    other(error, config);
  // As words alone: what another database says of itself must not be taken for the state of our own.
  const cause = new Error(`${error.code ?? error.errno ?? error.name}: ${error.message}`);
  return new AppError(code, message, { cause, ...(field ? { field: `source.${field}` } : {}) });
}

function connectionProblem({ code = '', message }: ServerError, at: string): Known | undefined {
  if (code === 'ECONNREFUSED')
    return [
      'host_refused',
      `${at} refused the connection: nothing listens on that port, or a firewall rejects us. Check the port, and that our addresses are allowed there.`,
      'port',
    ];
  if (code === 'ETIMEDOUT')
    return [
      'host_timeout',
      `${at} does not answer. Check host and port; a firewall that drops our packets looks just like this, so our addresses must be allowed there.`,
      'host',
    ];
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return ['host_unreachable', `${at} cannot be reached (${code}). Check the host and the network between.`, 'host'];
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/.test(code) || /certificate|altnames/i.test(message))
    return [
      'certificate_untrusted',
      `The certificate of ${at} cannot be trusted (${message}). Enter the authority that signed it, or choose another way of TLS.`,
      'tls',
    ];
  if (offersNoTls({ code, message }))
    return [
      'protocol_error',
      `${at} offers no TLS. Switch it on there, or choose "prefer", or "off" inside a VPN.`,
      'tls',
    ];
  if (/^(ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST)$/.test(code) || /terminated unexpectedly|closed/i.test(message))
    return [
      'connection_lost',
      `The connection to ${at} was lost (${message}). If it lasts, look at the database's log and at the network between.`,
    ];
  return undefined;
}

const offersNoTls = ({ code, message }: Pick<ServerError, 'code' | 'message'>): boolean =>
  /does not support (SSL|secure)/i.test(message) || code === 'HANDSHAKE_NO_SSL_SUPPORT';

/** Whether a conversation came to no TLS before anything was said in it: the server has none, or none that we speak. */
export function isWithoutTls(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code = '', message }: ServerError = thrown;
  return (
    offersNoTls({ code, message }) ||
    /^(HANDSHAKE_SSL_ERROR|EPROTO|ERR_SSL_\w+)$/.test(code) ||
    /error establishing an SSL connection/i.test(message)
  );
}

/** By SQLSTATE: PostgreSQL's documentation, appendix A. */
function postgresProblem({ code = '', message }: ServerError, config: DatabaseConfig): Known | undefined {
  if (code === '28P01' || (code === '28000' && !/pg_hba/.test(message))) return refused(config);
  if (code === '28000')
    return [
      'permission_denied',
      `${config.host} lets nobody in from our address as "${config.user}" (${message}). An entry in its pg_hba.conf must allow our addresses.`,
      'host',
    ];
  if (code === '3D000') return ['path_missing', `${config.host} has no database "${config.database}".`, 'database'];
  if (code === '57014') return tooSlow(config);
  if (code === '42501') return denied(config, message);
  if (code === '25006') return readOnly(message);
  if (code.startsWith('53') || code.startsWith('57P')) return ['http_unavailable', unavailable(config, message)];
  return undefined;
}

/** By error number: MySQL's error reference; 1969 is MariaDB's. */
function mysqlProblem({ errno, sqlMessage, message }: ServerError, config: DatabaseConfig): Known | undefined {
  const said = sqlMessage ?? message;
  switch (errno) {
    case 1045:
    case 1698:
      return refused(config);
    case 1130:
      return [
        'permission_denied',
        `${config.host} lets nobody in from our address (${said}). Its user "${config.user}" must be allowed to come from our addresses.`,
        'host',
      ];
    case 1049:
      return ['path_missing', `${config.host} has no database "${config.database}".`, 'database'];
    case 1969:
    case 3024:
      return tooSlow(config);
    case 1044:
    case 1142:
    case 1143:
    case 1227:
      return denied(config, said);
    case 1792:
      return readOnly(said);
    case 1040:
    case 1203:
    case 1226:
      return ['http_unavailable', unavailable(config, said)];
    default:
      return undefined;
  }
}

function refused({ host, user }: DatabaseConfig): Known {
  return [
    'sign_in_refused',
    `${host} refused the user name "${user}" or its password. Enter both again, and check that this user may sign in from our addresses.`,
    'password',
  ];
}

function tooSlow({ statement_timeout_seconds }: DatabaseConfig): Known {
  return [
    'host_timeout',
    `The query took longer than ${statement_timeout_seconds} s and was ended. An index on the column that is compared with :from and :to helps.`,
    'query',
  ];
}

function denied({ user }: DatabaseConfig, said: string): Known {
  return [
    'permission_denied',
    `"${user}" may not read what the query asks for (${said}). Grant it SELECT there.`,
    'user',
  ];
}

function readOnly(said: string): Known {
  return ['invalid', `The query would change something, and nothing is ever changed in ECC (${said}).`, 'query'];
}

function unavailable({ host }: DatabaseConfig, said: string): string {
  return `${host} takes no more work for now (${said}). If it lasts, ask those who run the database.`;
}

/** What a server says with a code is about the query; anything else is about the conversation. */
function other({ code, errno, sqlMessage, message }: ServerError, { host }: DatabaseConfig): Known {
  if (code !== undefined || errno !== undefined)
    return ['invalid', `${host} refused the query: ${(sqlMessage ?? message).slice(0, 300)}`, 'query'];
  return ['protocol_error', `The conversation with ${host} failed (${message.slice(0, 300)}).`];
}
