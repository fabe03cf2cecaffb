import type { IncomingMessage } from 'node:http';
import { AppError } from '../../shared/error.ts';
import type { ByteStream } from '../byte-stream.ts';
import { type BodyLimits, boundedBody, linkDefaults, stopped } from './bounded-body.ts';
import type { Egress } from './egress.ts';
import { guardedRequest, networkFailure, parseWebLink } from './guarded-request.ts';

export interface FetchOptions extends BodyLimits {
  egress: Egress;
  /** Until the answer's head is here. */
  connectTimeoutMs?: number;
  /** One more certificate authority to trust, as PEM, beside the system's own. */
  certificateAuthority?: string;
}

const mostRedirects = 5;

/**
 * GETs a link from a customer's row as a stream. Each address on the way, redirects included, is one guardedRequest().
 */
export async function fetchStream(link: string, options: FetchOptions): Promise<ByteStream> {
  let url = parseWebLink(link);
  for (let redirects = 0; ; redirects++) {
    const response = await head(url, options);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 200 && statusCode < 300) return body(response, url, options);
    response.destroy();
    if (!isRedirect(statusCode) || headers.location === undefined) throw statusFailure(url, statusCode);
    if (redirects === mostRedirects)
      throw new AppError('http_status', `${shown(url)} was redirected more than ${mostRedirects} times.`);
    url = parseWebLink(headers.location, url);
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Links often carry their permission in the query, so that part is not repeated to anybody. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

async function head(url: URL, options: FetchOptions): Promise<IncomingMessage> {
  const { signal, egress, certificateAuthority, connectTimeoutMs = linkDefaults.connectTimeoutMs } = options;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), connectTimeoutMs);
  try {
    return await guardedRequest(url, {
      egress,
      certificateAuthority,
      method: 'GET',
      headers: { 'accept-encoding': 'identity' },
      signal: AbortSignal.any([signal, late.signal]),
    });
  } catch (thrown) {
    if (signal.aborted) throw stopped();
    if (!(thrown instanceof AppError) && late.signal.aborted)
      throw new AppError('host_timeout', `${shown(url)} has not answered for ${connectTimeoutMs / 1000} s.`);
    throw networkFailure(url, thrown);
  } finally {
    clearTimeout(timer);
  }
}

function body(response: IncomingMessage, url: URL, limits: BodyLimits): ByteStream {
  const length = response.headers['content-length'];
  const content = { response, shown: shown(url), announced: length === undefined ? undefined : Number(length) };
  return boundedBody(content, limits, (error) => networkFailure(url, error));
}

function statusFailure(url: URL, status: number): AppError {
  const at = shown(url);
  if (status === 429 || status >= 500)
    return new AppError(
      'http_unavailable',
      `${at} answers ${status}: it is overloaded or out of order. If it lasts, ask those who run it.`,
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
