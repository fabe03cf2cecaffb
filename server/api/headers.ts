import type { Response } from 'express';
import type { AppError } from '../../shared/error.ts';
import { apiCodeOf } from './codes.ts';
import { RateLimited, type Standing } from './limits.ts';
import { MethodNotAllowed } from './routes.ts';

/**
 * What every answer carries. Pages of any origin may call: there is no cookie that a browser would add by itself, so a
 * page can do nothing without a key that somebody gave it.
 */
export function openHeaders(response: Response, requestId: string): void {
  response.setHeader('X-Request-Id', requestId);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', exposed);
}

const exposed =
  'X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, Idempotent-Replayed, Allow, Content-Disposition';

/** Answers a browser's question before its call; false where there is no such path. */
export function preflight(response: Response, methods: string[]): boolean {
  if (methods.length === 0) return false;
  response.setHeader('Access-Control-Allow-Methods', methods.join(', '));
  response.setHeader('Access-Control-Allow-Headers', 'x-api-key, authorization, content-type, idempotency-key');
  response.setHeader('Access-Control-Max-Age', '600');
  response.setHeader('Allow', methods.join(', '));
  response.statusCode = 204;
  response.end();
  return true;
}

export function standingHeaders(response: Response, { limit, remaining, resetSeconds }: Standing): void {
  response.setHeader('RateLimit-Limit', limit);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', resetSeconds);
}

/** Where whoever is away does not say for how long. */
const unavailableSeconds = 10;

function isUnavailable(error: AppError): boolean {
  return apiCodeOf(error) === 'SERVICE_UNAVAILABLE';
}

/** What a refusal says beside its envelope. */
export function failureHeaders(response: Response, error: AppError): void {
  if (error.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer realm="cqa"');
  const retryAfterSeconds = error.retryAfterSeconds ?? (isUnavailable(error) ? unavailableSeconds : undefined);
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
  if (error instanceof MethodNotAllowed) response.setHeader('Allow', error.allow);
  if (error instanceof RateLimited) standingHeaders(response, error.standing);
}
