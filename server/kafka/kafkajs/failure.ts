import { AppError, type AppErrorOptions, type ErrorCode } from '../../../shared/error.ts';
import type { KafkaAddress } from '../cluster.ts';
import { AnsweredWithTls, ClosedEarly, type Sockets } from './sockets.ts';

/** What was asked of the cluster, so that a refusal can name what is missing. */
export interface RequestContext {
  topic?: string;
  /** What is done with the topic. */
  right?: 'READ' | 'WRITE' | 'CREATE';
  groupId?: string;
}

/** What kafkajs's errors have beside their words. */
interface KafkaFailure {
  name: string;
  message: string;
  /** The protocol's name of it, such as TOPIC_AUTHORIZATION_FAILED. */
  type?: string;
  code?: string | number;
  broker?: string;
  cause?: unknown;
}

/** Anything that kafkajs or a socket threw, in words that say what happened, where, and what to do next. */
export function kafkaFailure(
  thrown: unknown,
  context: RequestContext,
  address: KafkaAddress,
  sockets: Sockets,
): AppError {
  for (const error of chainOf(thrown)) {
    if (error instanceof AppError) return error;
    const failure = protocolFailure(error, context, address) ?? connectionFailure(error, address, sockets);
    if (failure) return failure;
  }
  const { message } = rootOf(thrown);
  return new AppError('protocol_error', `Kafka at ${listOf(address)} cannot be understood: ${message}`, {
    cause: thrown,
  });
}

/** The protocol's name of what went wrong, where it was the protocol that said so. */
export function protocolType(thrown: unknown): string | undefined {
  for (const { type } of chainOf(thrown)) if (type) return type;
  return undefined;
}

/** For a moment the brokers have nobody who leads a partition. They refuse to say who leads the others of its topic, too. */
export function isLeaderless(thrown: unknown): boolean {
  return protocolType(thrown) === 'LEADER_NOT_AVAILABLE';
}

/** While one partition has no leader, the others are taken to be where they were. */
export async function unlessLeaderless(refresh: () => Promise<void>): Promise<void> {
  try {
    await refresh();
  } catch (error) {
    if (!isLeaderless(error)) throw error;
  }
}

/** The brokers have moved a partition, or are about to. */
const moved = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
]);

export function isMoved(thrown: unknown): boolean {
  return chainOf(thrown).some(({ type = '', name }) => moved.has(type) || name === 'KafkaJSBrokerNotFound');
}

/** A failure and what it was caused by: kafkajs wraps its own, up to three times. */
function chainOf(thrown: unknown): KafkaFailure[] {
  const chain: KafkaFailure[] = [];
  for (let error = thrown; error instanceof Error && chain.length < 6; error = causeOf(error)) chain.push(error);
  return chain;
}

/** Where several things failed at once, the first of them. */
function causeOf(error: Error): unknown {
  const { errors } = error as { errors?: unknown[] };
  return errors?.[0] ?? error.cause;
}

function rootOf(thrown: unknown): { message: string } {
  return chainOf(thrown).at(-1) ?? { message: String(thrown) };
}

function listOf({ brokers }: KafkaAddress): string {
  return brokers.join(', ');
}

function protocolFailure(error: KafkaFailure, context: RequestContext, address: KafkaAddress): AppError | undefined {
  if (error.name === 'KafkaJSSASLAuthenticationError') return signInFailure(error, address);
  const topic = context.topic === undefined ? 'the topic' : `the topic "${context.topic}"`;
  const fail = (code: ErrorCode, message: string, options: AppErrorOptions = {}) =>
    new AppError(code, message, { cause: error, ...options });
  switch (error.type) {
    case 'TOPIC_AUTHORIZATION_FAILED': {
      const right = context.right ?? 'READ';
      const act = { READ: 'read', WRITE: 'write to', CREATE: 'make' }[right];
      return fail('permission_denied', `This login may not ${act} ${topic}. Give it the ACL operation ${right} on it.`);
    }
    case 'GROUP_AUTHORIZATION_FAILED':
      return fail(
        'permission_denied',
        `This login may not join the consumer group "${context.groupId}". Give it the ACL operation READ on the group.`,
      );
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return fail(
        'permission_denied',
        context.right === 'CREATE'
          ? `This login may not make ${topic}. Give it the ACL operation CREATE on the cluster, or make the topic yourself.`
          : 'This login may not write without repeats. Give it the ACL operation IDEMPOTENT_WRITE on the cluster.',
      );
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'INVALID_TOPIC_EXCEPTION':
      return fail(
        'path_missing',
        `Kafka at ${listOf(address)} has no topic ${context.topic === undefined ? '' : `"${context.topic}" `}that this login may see. Check its name; topics are never made by reading or writing.`,
      );
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return fail('invalid', `An event is larger than ${topic} takes. Raise its max.message.bytes.`);
    case 'REQUEST_TIMED_OUT':
      return fail(
        'host_timeout',
        `Kafka at ${listOf(address)} did not finish in time. If it lasts, look at the brokers.`,
      );
    case 'INVALID_RECORD':
    case 'INVALID_TIMESTAMP':
    case 'POLICY_VIOLATION':
      return fail('forbidden', `The rules of ${topic} do not let an event in (${error.type}). Look at its settings.`);
    default:
      return isMoved(error)
        ? fail(
            'connection_lost',
            `Kafka at ${listOf(address)} has no broker that leads ${topic}, or one of its partitions, at the moment (${error.type ?? error.message}). If it lasts, look at the brokers.`,
          )
        : signInFailure(error, address);
  }
}

function signInFailure(error: KafkaFailure, { sasl, brokers }: KafkaAddress): AppError | undefined {
  const mechanism = (sasl?.mechanism ?? '').toUpperCase();
  const where = `Kafka at ${brokers.join(', ')}`;
  const fail = (message: string) => new AppError('sign_in_refused', message, { cause: error });
  switch (error.type) {
    case 'UNSUPPORTED_SASL_MECHANISM':
      return fail(`${where} does not offer to sign in by ${mechanism}. Choose another mechanism.`);
    case 'ILLEGAL_SASL_STATE':
      return fail(`${where} wants no sign-in on this port. Leave the user out, or use the port that wants one.`);
    default:
      if (error.type !== 'SASL_AUTHENTICATION_FAILED' && error.name !== 'KafkaJSSASLAuthenticationError')
        return undefined;
      if (error.message.includes('not supported by the server'))
        return fail(`${where} does not offer to sign in by ${mechanism}. Choose another mechanism.`);
      return fail(`${where} refused the user "${sasl?.username}" by ${mechanism}. Check the user and the password.`);
  }
}

const connectionErrors = new Set(['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSLockTimeout']);
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/;
const unreachableCodes = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

function connectionFailure(error: KafkaFailure, address: KafkaAddress, sockets: Sockets): AppError | undefined {
  const broker = error.broker ?? address.brokers.join(', ');
  if (error.name === 'KafkaJSRequestTimeoutError')
    return new AppError('host_timeout', `Kafka's ${broker} does not answer. It is overloaded or hangs.`, {
      cause: error,
    });
  // What kafkajs says when a broker took the connection and then answered nothing.
  if (error.message === 'Broker not connected')
    return new AppError('host_timeout', `Kafka's ${broker} does not answer. It is overloaded or hangs.`, {
      cause: error,
    });
  if (!connectionErrors.has(error.name)) return undefined;
  if (error.message === 'Connection timeout' || error.name === 'KafkaJSLockTimeout')
    return new AppError('host_timeout', `Kafka's ${broker} does not answer. Check the address and the firewall.`, {
      cause: error,
    });
  const memory = error.broker === undefined ? undefined : sockets.failureOf(error.broker);
  return socketFailure(broker, memory ?? error, address);
}

function socketFailure(broker: string, thrown: unknown, { tls, sasl }: KafkaAddress): AppError {
  const fail = (code: ErrorCode, message: string) => new AppError(code, message, { cause: thrown });
  if (thrown instanceof AppError)
    return new AppError(thrown.code, `Kafka's ${broker}: ${thrown.message}`, { cause: thrown });
  const { code = '', message } = thrown as { code?: string; message: string };
  if (thrown instanceof AnsweredWithTls)
    return fail('protocol_error', `Kafka's ${broker} speaks TLS on this port. Turn TLS on.`);
  if (code === 'ECONNREFUSED')
    return fail('host_refused', `Kafka's ${broker} refused the connection. Check the host and the port.`);
  if (code === 'ENOTFOUND') return fail('host_unknown', `There is no host named as in ${broker}. Check its spelling.`);
  if (unreachableCodes.has(code)) return fail('host_unreachable', `Kafka's ${broker} cannot be reached (${code}).`);
  if (code === 'ETIMEDOUT') return fail('host_timeout', `Kafka's ${broker} does not answer.`);
  if (code.includes('ALTNAME'))
    return fail(
      'certificate_untrusted',
      `The certificate of Kafka's ${broker} is made for other names (${message}). Name the broker as its certificate does.`,
    );
  if (certificateCodes.test(code))
    return fail(
      'certificate_untrusted',
      `The certificate of Kafka's ${broker} cannot be trusted (${message}). Give the certificate of the authority that signed it.`,
    );
  if (tls && (code.startsWith('ERR_SSL') || thrown instanceof ClosedEarly || message.includes('before secure TLS')))
    return fail(
      'protocol_error',
      `Kafka's ${broker} does not speak TLS on this port. Turn TLS off, or use its TLS port.`,
    );
  const hint = sasl ? '' : ' It may want a sign-in; then give the user and the password.';
  return fail('connection_lost', `Kafka's ${broker} ended the connection.${hint}`);
}
