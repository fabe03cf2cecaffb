import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/**
 * What every answer carries. Framing, scripts and everything else are forbidden until a page says otherwise; `/embed`
 * alone may be framed, so X-Frame-Options (which knows no list) is left to the others.
 */
export function securityHeaders({ https }: { https: boolean }): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
}

/** The console's page: its own scripts alone, no place to send data but here. */
export function allowPage(response: Response, frameOrigins: readonly string[]): void {
  const ancestors = frameOrigins.length > 0 ? frameOrigins.join(' ') : "'none'";
  response.setHeader(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      "script-src 'self'",
      // Components set sizes and positions by style attributes.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "media-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${ancestors}`,
    ].join('; '),
  );
  if (frameOrigins.length > 0) response.removeHeader('X-Frame-Options');
}

/** Lets a frame of another origin, or one sandboxed to no origin at all, load what is public anyway. */
export function allowFromAnywhere(response: Response): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

/** For the console's procedures: any origin may call, none gets cookies in, and the bearer token decides. */
export const allowCalls: RequestHandler = (request, response, next) => {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', 'X-Trace-Id');
  response.setHeader('Cache-Control', 'no-store');
  if (request.method !== 'OPTIONS') return next();
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST');
  response.setHeader(
    'Access-Control-Allow-Headers',
    'authorization, content-type, last-event-id, trpc-accept, trpc-batch-mode',
  );
  response.setHeader('Access-Control-Max-Age', '600');
  response.status(204).end();
};
