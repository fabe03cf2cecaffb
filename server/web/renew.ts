import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../../shared/error.ts';
import type { Config } from '../config.ts';
import { findSession, renewSession } from '../security/sessions.ts';
import type { Services } from '../services.ts';

/**
 * The one cookie there is: it lets a reload of the standalone console go on with its session. It is read here and
 * nowhere else, so no other request is authorised by what a browser sends by itself.
 */
function renewalCookieName({ publicUrl }: Config): string {
  return isHttps(publicUrl) ? '__Host-cqa-renewal' : 'cqa-renewal';
}

export function setRenewalCookie(config: Config, response: Response, value: string | null): void {
  const options = { httpOnly: true, sameSite: 'strict', secure: isHttps(config.publicUrl), path: '/' } as const;
  const name = renewalCookieName(config);
  if (value === null) response.clearCookie(name, options);
  else response.cookie(name, value, options);
}

/** POST /session/renew: `{token, expires_in_ms, user_id}` for the cookie; 204 when somebody has to sign in, which is no error. */
export function renew(services: Services): RequestHandler {
  return async (request, response) => {
    requireOwnOrigin(services.config, request);
    response.setHeader('Cache-Control', 'no-store');
    const cookie = readCookie(request, renewalCookieName(services.config));
    const token = cookie && (await renewSession(services, cookie));
    const session = token && (await findSession(services, token));
    if (session) response.json({ token, expires_in_ms: session.remainingMs, user_id: session.user.uid });
    else response.status(204).end();
  };
}

/** The page that asks must be ours: the origin that people are told, or the one this very request came to. */
function requireOwnOrigin({ publicUrl }: Config, request: Request): void {
  const { origin, host } = request.headers;
  const own = [new URL(publicUrl).origin, `http://${host}`, `https://${host}`];
  if (origin === undefined || !own.includes(origin))
    throw new AppError('forbidden', 'A session is renewed only by the console itself, from its own address.');
}

function readCookie(request: Request, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

export function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}
