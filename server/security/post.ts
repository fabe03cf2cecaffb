import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../shared/error.ts';
import type { Egress } from './egress.ts';

export interface PostOptions {
  egress: Egress;
  signal: AbortSignal;
  headers: Record<string, string>;
  body: Buffer;
  /** For the whole call: name, connection, TLS, request, answer. */
  timeoutMs: number;
  /** What is read of the answer's body. */
  bodyBytesMost?: number;
  /** One more certificate authority to trust, as PEM, beside the system's own. */
  certificateAuthority?: string | undefined;
}

export interface PostAnswer {
  status: number;
  /** The header `Retry-After` as sent. */
  retryAfter: string | undefined;
  /** The first 2 KB of the answer's body, or what came of it in time. */
  body: string;
}

const defaultBodyBytesMost = 2048;

/**
 * POSTs to a link that a customer named, once. The address is checked by the egress guard and connected to as checked;
 * TLS is verified against the name; redirects are not followed, they are the answer. Once the answer's head is here its
 * status counts, whatever becomes of its body. Throws `invalid` for what is no http link, `egress_blocked`,
 * `host_unknown`, `host_unreachable`, `host_refused`, `host_timeout`, `connection_lost`, and `http_status` where the
 * certificate cannot be trusted; the signal's reason where it aborts.
 */
export async function post(link: string, options: PostOptions): Promise<PostAnswer> {
  const url = parseLink(link);
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([deadline, options.signal]);
  try {
    const { address, family } = await beforeAbort(options.egress.resolve(hostOf(url)), signal);
    const response = await answered(open(url, address, family, { ...options, signal }), options.body);
    return {
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'],
      body: await beginningOf(response, options.bodyBytesMost ?? defaultBodyBytesMost),
    };
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (thrown instanceof AppError) throw thrown;
    if (deadline.aborted)
      throw new AppError('host_timeout', `${url.host} has not answered within ${options.timeoutMs / 1000} s.`);
    throw networkFailure(url, thrown);
  }
}

function parseLink(link: string): URL {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new AppError(
    'invalid',
    `"${link.slice(0, 200)}" is no address to call; it must begin with https:// or http://.`,
  );
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

async function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function open(url: URL, address: string, family: 4 | 6, options: PostOptions): ClientRequest {
  const { headers, body, signal, certificateAuthority } = options;
  const pinned: LookupFunction = (_name, { all }, callback) =>
    all ? callback(null, [{ address, family }]) : callback(null, address, family);
  const settings: RequestOptions & { ca?: string } = {
    method: 'POST',
    ...(isIP(hostOf(url)) ? { host: address } : { lookup: pinned }),
    agent: false,
    signal,
    headers: { accept: '*/*', 'user-agent': 'cqa', ...headers, 'content-length': body.length },
    ...(certificateAuthority ? { ca: certificateAuthority } : {}),
  };
  // Credentials inside a link (user:password@) are not sent: the signature is what shows who calls.
  const target = new URL(url.href);
  target.username = '';
  target.password = '';
  return target.protocol === 'https:' ? httpsRequest(target, settings) : httpRequest(target, settings);
}

function answered(request: ClientRequest, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays for good: a request may fail again after it was destroyed.
    request.on('error', reject);
    request.end(body);
  });
}

/** A receiver may send more than anybody reads, or never end: the rest is dropped with the connection. */
async function beginningOf(response: IncomingMessage, bytesMost: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const bytes of response as AsyncIterable<Uint8Array>) {
      parts.push(bytes);
      size += bytes.length;
      if (size >= bytesMost) break;
    }
  } catch {
    // The status has come, and that is the answer; its body broke off.
  }
  response.destroy();
  // As a stream, so that a character that was cut in two is left out.
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, bytesMost), { stream: true });
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/;

function networkFailure(url: URL, thrown: unknown): AppError {
  const { code = '', message } = thrown as NodeJS.ErrnoException;
  const options = { cause: thrown };
  if (code === 'ECONNREFUSED') return new AppError('host_refused', `${url.host} refused the connection.`, options);
  if (certificateCodes.test(code))
    return new AppError('http_status', `The certificate of ${url.host} cannot be trusted (${message}).`, options);
  return new AppError('connection_lost', `The connection to ${url.host} failed (${message}).`, options);
}
