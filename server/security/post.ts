import type { IncomingMessage } from 'node:http';
import { AppError } from '../../shared/error.ts';
import type { Egress } from './egress.ts';
import { guardedRequest, networkFailure, parseWebLink } from './guarded-request.ts';

export interface PostOptions {
  egress: Egress;
  signal: AbortSignal;
  headers: Record<string, string>;
  body: Buffer;
  /** For the whole call: name, connection, TLS, request, answer. */
  timeoutMs: number;
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

const bodyBytesMost = 2048;

/**
 * POSTs to a link that a customer named, once, by guardedRequest(). Redirects are the answer. Once the answer's head is
 * here its status counts, whatever becomes of its body. Throws `invalid` for what is no http link, `egress_blocked`,
 * `host_unknown`, `host_unreachable`, `host_refused`, `host_timeout`, `connection_lost`, and
 * `certificate_untrusted`; the signal's reason where it aborts.
 */
export async function post(link: string, { timeoutMs, ...options }: PostOptions): Promise<PostAnswer> {
  const url = parseWebLink(link);
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([deadline, options.signal]);
  try {
    const response = await guardedRequest(url, { ...options, method: 'POST', signal });
    return {
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'],
      body: await beginningOf(response),
    };
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (!(thrown instanceof AppError) && deadline.aborted)
      throw new AppError('host_timeout', `${url.host} has not answered within ${timeoutMs / 1000} s.`);
    throw networkFailure(url, thrown);
  }
}

/** A receiver may send more than anybody reads, or never end: the rest is dropped with the connection. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const bytes of response as AsyncIterable<Uint8Array>) {
      parts.push(bytes);
      size += bytes.length;
      if (size >= bodyBytesMost) break;
    }
  } catch {
    // The status has come, and that is the answer; its body broke off.
  }
  response.destroy();
  // As a stream, so that a character that was cut in two is left out.
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, bodyBytesMost), { stream: true });
}
