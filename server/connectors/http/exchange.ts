import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { AppError } from '../../../shared/error.ts';
import { stopped } from '../../security/bounded-body.ts';
import { connectionFailure, shown, unanswered } from '../../security/connection-failure.ts';
import type { Egress } from '../../security/egress.ts';
import { guardedRequest, parseWebLink } from '../../security/guarded-request.ts';

/** One request as it is sent. */
export interface Call {
  method: 'GET' | 'POST';
  url: URL;
  /** Sent to the origin of `url` alone. */
  headers: Record<string, string>;
  body: Buffer | undefined;
  signal: AbortSignal;
  egress: Egress;
  certificateAuthority: string | undefined;
  timeoutMs: number;
  /** The form field that a failure to connect names. */
  field: string | undefined;
  /** Whether a redirect to another origin is followed; it gets none of the headers. */
  followsElsewhere: boolean;
}

/** What came back: its head, and its body that nobody has read yet. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Where it came from in the end. */
  url: URL;
  response: IncomingMessage;
}

const mostRedirects = 5;

/** Sends a request and follows where it is redirected to. Throws what HttpClient says. */
export async function exchange(call: Call): Promise<Answer> {
  let { url } = call;
  for (let redirects = 0; ; redirects++) {
    const response = await head(url, call);
    const { statusCode: status = 0, headers } = response;
    if (!isRedirect(status) || headers.location === undefined) return { status, headers, url, response };
    response.destroy();
    url = nextUrl(url, headers.location, redirects, call);
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function nextUrl(from: URL, location: string, redirects: number, call: Call): URL {
  const to = parseWebLink(location, from);
  if (redirects === mostRedirects)
    throw new AppError('protocol_error', `${shown(from)} was redirected more than ${mostRedirects} times.`);
  const leadsElsewhere = to.origin !== call.url.origin;
  if (call.method === 'GET' && (call.followsElsewhere || !leadsElsewhere)) return to;
  throw new AppError(
    'protocol_error',
    `${shown(from)} sends us on to ${to.origin}. Our credentials go to no other address than the one that was entered; if that is the right one, enter it.`,
    call.field === undefined ? {} : { field: call.field },
  );
}

async function head(url: URL, call: Call): Promise<IncomingMessage> {
  const { method, signal, egress, certificateAuthority, timeoutMs, body, field } = call;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const ownHeaders = url.origin === call.url.origin ? call.headers : {};
  try {
    return await guardedRequest(url, {
      ...{ method, egress, certificateAuthority },
      headers: { 'accept-encoding': 'identity', ...ownHeaders },
      ...(body ? { body } : {}),
      signal: AbortSignal.any([signal, late.signal]),
    });
  } catch (thrown) {
    if (signal.aborted) throw stopped();
    if (late.signal.aborted && !(thrown instanceof AppError)) throw unanswered(url, timeoutMs, field);
    throw connectionFailure(url, thrown, field);
  } finally {
    clearTimeout(timer);
  }
}
