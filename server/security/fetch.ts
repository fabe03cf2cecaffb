import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError, type ErrorCode } from '../../shared/error.ts';
import type { ByteStream } from '../byte-stream.ts';
import { boundedBody, stopped } from './bounded-body.ts';
import type { Egress } from './egress.ts';

export interface FetchOptions {
  egress: Egress;
  signal: AbortSignal;
  /** Until the answer's head is here. */
  connectTimeoutMs?: number;
  /** The longest silence in the body. */
  idleTimeoutMs?: number;
  maxBytes?: number;
  /** From when on the body must have come with so many bytes a second. */
  slowAfterMs?: number;
  leastBytesPerSecond?: number;
  /** What more bytes are refused with. */
  tooLargeCode?: ErrorCode;
  /** One more certificate authority to trust, as PEM, beside the system's own. */
  certificateAuthority?: string;
}

const mostRedirects = 5;
const defaults = {
  connectTimeoutMs: 15_000,
  idleTimeoutMs: 30_000,
  maxBytes: 2 * 1024 ** 3,
  slowAfterMs: 60_000,
  leastBytesPerSecond: 1024,
  tooLargeCode: 'audio_too_large' as ErrorCode,
};

/**
 * GETs a link from a customer's row as a stream. Each address on the way, redirects included, is checked by the egress
 * guard and connected to as checked: the name is not looked up a second time. TLS is verified against the name, and
 * nothing is sent but the request itself.
 */
export async function fetchStream(link: string, options: FetchOptions): Promise<ByteStream> {
  const settings = { ...defaults, ...options };
  let url = parseLink(link);
  for (let redirects = 0; ; redirects++) {
    const response = await head(url, settings);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 200 && statusCode < 300) return body(response, url, settings);
    response.destroy();
    if (!isRedirect(statusCode) || headers.location === undefined) throw statusFailure(url, statusCode);
    if (redirects === mostRedirects)
      throw new AppError('http_status', `${shown(url)} was redirected more than ${mostRedirects} times.`);
    url = parseLink(headers.location, url);
  }
}

type Settings = FetchOptions & typeof defaults;

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function parseLink(link: string, base?: URL): URL {
  if (!URL.canParse(link, base?.href))
    throw new AppError('invalid', `"${link.slice(0, 200)}" is no link that can be opened.`);
  const url = new URL(link, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AppError('invalid', `Links that begin with "${url.protocol}" cannot be opened; use http or https.`);
  return url;
}

/** Links often carry their permission in the query, so that part is not repeated to anybody. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

async function head(url: URL, settings: Settings): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const { address, family } = await settings.egress.resolve(host);
  settings.signal.throwIfAborted();
  const pinned: LookupFunction = (_name, { all }, callback) =>
    all ? callback(null, [{ address, family }]) : callback(null, address, family);
  const request = send(url, {
    ...(isIP(host) ? { host: address } : { lookup: pinned }),
    agent: false,
    signal: settings.signal,
    headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'cqa' },
    ...(settings.certificateAuthority ? { ca: settings.certificateAuthority } : {}),
  });
  return await answered(request, url, settings);
}

function send(url: URL, options: RequestOptions): ClientRequest {
  // Credentials inside a link (user:password@) would go to whoever it redirects to; they are left out.
  const target = new URL(url.href);
  target.username = '';
  target.password = '';
  return target.protocol === 'https:' ? httpsRequest(target, options) : httpRequest(target, options);
}

function answered(request: ClientRequest, url: URL, { signal, connectTimeoutMs }: Settings): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new AppError('host_timeout', `${shown(url)} has not answered for ${connectTimeoutMs / 1000} s.`));
      request.destroy();
    }, connectTimeoutMs);
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Stays for good: a request may fail again after it was destroyed.
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(signal.aborted ? stopped() : networkFailure(url, error));
    });
    request.end();
  });
}

function body(response: IncomingMessage, url: URL, settings: Settings): ByteStream {
  const length = response.headers['content-length'];
  const content = { response, shown: shown(url), announced: length === undefined ? undefined : Number(length) };
  return boundedBody(content, settings, (error) => networkFailure(url, error));
}

function statusFailure(url: URL, status: number): AppError {
  const at = shown(url);
  if (status === 429 || status >= 500)
    return new AppError(
      'http_unavailable',
      `${at} answers ${status}: it is overloaded or out of order. It will be tried again.`,
    );
  if (status === 404 || status === 410)
    return new AppError(
      'http_status',
      `${at} is missing: the server answers ${status}. The link is wrong or has expired.`,
    );
  if (status === 401 || status === 403)
    return new AppError(
      'http_status',
      `${at} is not open to us: the server answers ${status}. The link has expired or needs a sign-in.`,
    );
  return new AppError('http_status', `${at} cannot be fetched: the server answers ${status}.`);
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/;

function networkFailure(url: URL, error: NodeJS.ErrnoException): AppError {
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED')
    return new AppError('host_refused', `${url.host} refused the connection. Check the link and its port.`, {
      cause: error,
    });
  if (certificateCodes.test(code))
    return new AppError('http_status', `The certificate of ${url.host} cannot be trusted (${error.message}).`, {
      cause: error,
    });
  return new AppError(
    'connection_lost',
    `The connection to ${url.host} failed (${error.message}). It will be tried again.`,
    {
      cause: error,
    },
  );
}
