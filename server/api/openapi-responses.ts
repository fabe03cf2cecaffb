import { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { type ApiCode, apiCodes } from './codes.ts';
import type { Endpoint } from './endpoint.ts';

/** The success, and every failure by its status with the codes that it may have here. */
export function responsesOf(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const byStatus = new Map<number, ApiCode[]>();
  for (const code of codesOf(endpoint)) byStatus.set(apiCodes[code], [...(byStatus.get(apiCodes[code]) ?? []), code]);
  const failures = [...byStatus].sort(([a], [b]) => a - b).map(([status, codes]) => [status, failure(status, codes)]);
  const { status, file } = endpoint.answer;
  return { [status]: success(endpoint), ...(file ? rangesOf(endpoint) : {}), ...Object.fromEntries(failures) };
}

const ofEvery: ApiCode[] = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
];
const ofJson: ApiCode[] = ['INVALID_JSON', 'VALIDATION_ERROR'];
const ofPost: ApiCode[] = ['VALIDATION_ERROR', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'];

/** What an endpoint may refuse with, and what the frame around it may. */
export function codesOf({ errors, body, query, params, method }: Endpoint): ApiCode[] {
  const codes = [
    ...ofEvery,
    ...(body ? ofJson : []),
    ...(query || params ? (['VALIDATION_ERROR'] as const) : []),
    ...(method === 'post' ? ofPost : []),
    ...errors,
  ];
  return [...new Set(codes)];
}

const requestId = z.uuid().meta({
  description: 'Names this call; also in X-Request-Id.',
  example: '019a9f3c-5a10-7c3e-9b7f-2f6d1c0a4e55',
});

const standing = {
  'RateLimit-Limit': z.int().optional().meta({ description: 'Calls of this kind that the account has a minute.' }),
  'RateLimit-Remaining': z.int().optional().meta({ description: 'How many of them are left.' }),
  'RateLimit-Reset': z.int().optional().meta({ description: 'Seconds until the minute begins anew.' }),
};

const requestIdHeader = { 'X-Request-Id': requestId.optional() };
const replayed = {
  'Idempotent-Replayed': z.literal('true').optional().meta({
    description: 'There when this is the answer that the same call had before.',
  }),
};
const retryAfter = z.int().meta({ description: 'Seconds to wait before the call is sent again.' });

function success({ answer, method }: Endpoint): ZodOpenApiResponseObject {
  const headers = z.object({ ...requestIdHeader, ...standing, ...(method === 'post' ? replayed : {}) });
  return { description: answer.description, headers, content: contentOf(answer) };
}

function contentOf({ file, status, data }: Endpoint['answer']): ZodOpenApiResponseObject['content'] {
  if (file) return { [file]: { schema: { type: 'string', format: 'binary' } } };
  const envelope = z.object({
    status: z.literal(status),
    request_id: requestId,
    message: z.string().optional(),
    data: data ?? z.null(),
  });
  return { 'application/json': { schema: envelope } };
}

/** What a file answers when a `Range` of it is asked for. */
function rangesOf({ answer }: Endpoint): ZodOpenApiResponsesObject {
  return {
    206: { description: 'The range of it that was asked for.', content: contentOf(answer) },
    416: { description: 'The file does not reach so far.' },
  };
}

const meanings: Record<ApiCode, string> = {
  VALIDATION_ERROR: 'a field is missing, wrong or over its limit; the message names it',
  INVALID_JSON: 'the body is not JSON',
  INVALID_REQUEST: 'the request cannot be taken as it is; the message says why',
  UNAUTHORIZED: 'no key, or not a valid one of this account',
  FORBIDDEN: "the key's scopes do not cover this",
  NOT_FOUND: 'there is no such thing in this account',
  DUPLICATE: 'there is an interaction with this external_interaction_id already',
  IDEMPOTENCY_KEY_REUSED: 'the Idempotency-Key was used for another call or body',
  IDEMPOTENCY_IN_PROGRESS: 'the first call with this Idempotency-Key is still under way',
  RATE_LIMIT_EXCEEDED: "the minute's calls are used up",
  TOO_MANY_JOBS: 'more than 5 file jobs at once',
  CONVERSATION_CAP_EXCEEDED: "the account's daily, weekly or monthly conversations are used up",
  UNPROCESSABLE_CONTENT: 'a field is there and is not what it should be; the message names it',
  METHOD_NOT_ALLOWED: 'the address takes other methods',
  INTERNAL_ERROR: 'something went wrong on our side',
  SERVICE_UNAVAILABLE: 'the service cannot take the call at the moment',
};

/** Where every answer says how long to wait, and where some do. */
function waitOf(status: number, codes: ApiCode[]) {
  if (status === 429 || status === 503) return { 'Retry-After': retryAfter };
  return codes.includes('IDEMPOTENCY_IN_PROGRESS') ? { 'Retry-After': retryAfter.optional() } : {};
}

function failure(status: number, codes: ApiCode[]): ZodOpenApiResponseObject {
  const schema = z.object({
    status: z.literal(status),
    request_id: requestId,
    message: z.string().meta({ description: 'What is wrong and what to change, for a person.' }),
    error: z.object({ code: z.enum(codes) }),
  });
  return {
    description: codes.map((code) => `\`${code}\`: ${meanings[code]}.`).join(' '),
    headers: z.object({ ...requestIdHeader, ...standing, ...waitOf(status, codes) }),
    content: { 'application/json': { schema } },
  };
}
