import type { AppError, ErrorCode } from '../../shared/error.ts';

/** The contract's codes; those after INTERNAL_ERROR are ours, for what the contract is silent about. */
export const apiCodes = {
  VALIDATION_ERROR: 400,
  INVALID_JSON: 400,
  INVALID_REQUEST: 400,
  UNAUTHORIZED: 401,
  NOT_FOUND: 404,
  DUPLICATE: 409,
  RATE_LIMIT_EXCEEDED: 429,
  TOO_MANY_JOBS: 429,
  CONVERSATION_CAP_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  FORBIDDEN: 403,
  METHOD_NOT_ALLOWED: 405,
  IDEMPOTENCY_KEY_REUSED: 409,
  IDEMPOTENCY_IN_PROGRESS: 409,
  UNPROCESSABLE_CONTENT: 422,
  SERVICE_UNAVAILABLE: 503,
} as const;
export type ApiCode = keyof typeof apiCodes;

const codes: Partial<Record<ErrorCode, ApiCode>> = {
  invalid_json: 'INVALID_JSON',
  unauthorized: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  method_not_allowed: 'METHOD_NOT_ALLOWED',
  duplicate: 'DUPLICATE',
  idempotency_key_reused: 'IDEMPOTENCY_KEY_REUSED',
  idempotency_in_progress: 'IDEMPOTENCY_IN_PROGRESS',
  rate_limited: 'RATE_LIMIT_EXCEEDED',
  too_many_jobs: 'TOO_MANY_JOBS',
  conversation_cap_exceeded: 'CONVERSATION_CAP_EXCEEDED',
  not_audio: 'UNPROCESSABLE_CONTENT',
  unsupported_audio: 'UNPROCESSABLE_CONTENT',
  audio_too_large: 'UNPROCESSABLE_CONTENT',
  connection_lost: 'INVALID_REQUEST',
  database_unavailable: 'SERVICE_UNAVAILABLE',
  storage_full: 'SERVICE_UNAVAILABLE',
  storage_failed: 'SERVICE_UNAVAILABLE',
};

/** What a caller is told: a wrong field is a VALIDATION_ERROR, any other wrong request an INVALID_REQUEST. */
export function apiCodeOf({ code, field, httpStatus }: AppError): ApiCode {
  const known = codes[code];
  if (known) return known;
  if (httpStatus === 400 && field !== undefined) return 'VALIDATION_ERROR';
  return httpStatus >= 500 ? 'INTERNAL_ERROR' : 'INVALID_REQUEST';
}
