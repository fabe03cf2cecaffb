import { createExpressMiddleware } from '@trpc/server/adapters/express';
import type { Request, RequestHandler, Response } from 'express';
import type { ChangeFeed } from '../console/changes/feed.ts';
import type { ConsoleContext } from '../console/context.ts';
import { consoleRouter } from '../console/router.ts';
import { openPasswordTurns } from '../console/session/password-turns.ts';
import { openSignInLimit } from '../console/session/sign-in-limit.ts';
import { logFailure, newTraceId } from '../http/errors.ts';
import type { Services } from '../services.ts';
import { setRenewalCookie } from './renew.ts';

/** A file of rejected rows that were mended is the longest; it comes as one text. */
const longestBodyBytes = 4 * 1024 * 1024;
const longestBatch = 20;

export interface ConsoleDoor {
  services: Services;
  wake(): void;
  changes: ChangeFeed;
}

/** /trpc: what the console may ask. */
export function trpc(door: ConsoleDoor): RequestHandler {
  const shared = { ...door, signInLimit: openSignInLimit(), passwordTurns: openPasswordTurns() };
  return createExpressMiddleware({
    router: consoleRouter,
    maxBodySize: longestBodyBytes,
    maxBatchSize: longestBatch,
    createContext: ({ req, res }): ConsoleContext => ({ ...shared, ...callerOf(door.services, req, res) }),
    onError: ({ error, path, ctx }) =>
      logFailure(door.services.log, error, { traceId: ctx?.traceId ?? newTraceId(), where: path ?? '/trpc' }),
  });
}

function callerOf({ config }: Services, request: Request, response: Response) {
  return {
    traceId: String(response.locals.traceId),
    token: bearerOf(request),
    address: request.ip ?? '',
    setRenewalCookie: (value: string | null) => setRenewalCookie(config, response, value),
  };
}

function bearerOf(request: Request): string | undefined {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && token ? token : undefined;
}
