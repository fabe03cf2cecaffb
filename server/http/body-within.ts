import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { letBodyCome } from './continue.ts';

/** Breaks off a request whose body is not there in time, whatever its door does with it. */
export function bodyWithin(timeoutMs: number): RequestHandler {
  return (request, _response, next) => {
    const { headers } = request;
    if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
      endSlowBody(request, timeoutMs);
    letBodyCome(request);
    next();
  };
}

/** The same for one request, from now. */
export function endSlowBody(request: IncomingMessage, timeoutMs: number): void {
  const timer = setTimeout(() => request.complete || request.socket.destroy(), timeoutMs);
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
}
