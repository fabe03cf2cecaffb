import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../shared/error.ts';
import { isWebLink } from '../../shared/link.ts';
import type { Egress } from './egress.ts';
import { trustedAuthorities } from './trusted-authorities.ts';

export interface GuardedRequestOptions {
  egress: Egress;
  /** Ends the look-up of the name, the request, and its answer for as long as that is read. */
  signal: AbortSignal;
  method: 'GET' | 'POST';
  headers: Record<string, string | number>;
  body?: Buffer;
  /** One more certificate authority to trust, as PEM, beside the system's own. */
  certificateAuthority?: string | undefined;
}

/** A link that somebody else named, absolute or as a redirect gives it. Throws `invalid` for what is no web link. */
export function parseWebLink(link: string, base?: URL): URL {
  const whole = base && URL.canParse(link, base.href) ? new URL(link, base).href : link;
  if (isWebLink(whole)) return new URL(whole);
  throw new AppError(
    'invalid',
    `"${link.slice(0, 200)}" is no address to call; it must begin with https:// or http://.`,
  );
}

/**
 * Sends one request to a link that a customer named and gives the answer from its head on. The address is checked by the
 * egress guard and connected to as checked: the name is not looked up a second time. TLS is verified against the name;
 * redirects are not followed; nothing is sent but what is given here. Throws what the guard throws, the signal's reason
 * while the name is looked up, and from then on what the connection fails with, for networkFailure().
 */
export async function guardedRequest(url: URL, options: GuardedRequestOptions): Promise<IncomingMessage> {
  const { egress, signal, body } = options;
  const { address, family } = await beforeAbort(egress.resolve(hostOf(url)), signal);
  return await answered(open(url, address, family, options), body);
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

function open(url: URL, address: string, family: 4 | 6, options: GuardedRequestOptions): ClientRequest {
  const { method, signal, headers, body, certificateAuthority } = options;
  const pinned: LookupFunction = (_name, { all }, callback) =>
    all ? callback(null, [{ address, family }]) : callback(null, address, family);
  const settings: RequestOptions & { ca?: string[] } = {
    method,
    ...(isIP(hostOf(url)) ? { host: address } : { lookup: pinned }),
    agent: false,
    signal,
    headers: { accept: '*/*', 'user-agent': 'cqa', ...headers, ...(body ? { 'content-length': body.length } : {}) },
    ...(certificateAuthority ? { ca: trustedAuthorities(certificateAuthority) } : {}),
  };
  // Credentials inside a link (user:password@) are not sent; they would also go to whoever it redirects to.
  const target = new URL(url.href);
  target.username = '';
  target.password = '';
  return target.protocol === 'https:' ? httpsRequest(target, settings) : httpRequest(target, settings);
}

function answered(request: ClientRequest, body: Buffer | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays for good: a request may fail again after it was destroyed.
    request.on('error', reject);
    request.end(body);
  });
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/;

/** What a connection failed with, in words; an AppError as it is. */
export function networkFailure({ host }: URL, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { code = '', message } = thrown as NodeJS.ErrnoException;
  const options = { cause: thrown };
  if (code === 'ECONNREFUSED')
    return new AppError('host_refused', `${host} refused the connection. Check the link and its port.`, options);
  if (certificateCodes.test(code))
    return new AppError('certificate_untrusted', `The certificate of ${host} cannot be trusted (${message}).`, options);
  return new AppError('connection_lost', `The connection to ${host} failed (${message}).`, options);
}
