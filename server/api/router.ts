import type { Request, RequestHandler, Response } from 'express';
import { newId, uuidText } from '../../db/uuid.ts';
import { endSlowBody } from '../http/body-within.ts';
import { isBodyAwaited } from '../http/continue.ts';
import { logFailure } from '../http/errors.ts';
import { type Lingering, lingerAfterAnswer, patient } from '../http/upload/linger.ts';
import { openReceiver } from '../pipeline/receive/receive.ts';
import type { Services } from '../services.ts';
import { apiError, failureOf, failureText, sendJson, successText } from './answer.ts';
import { openAuthentication, requireScope } from './authenticate.ts';
import { readJson } from './body.ts';
import type { ApiCall, Endpoint } from './endpoint.ts';
import { endpoints as standardEndpoints } from './endpoints.ts';
import { failureHeaders, openHeaders, preflight, standingHeaders } from './headers.ts';
import { fingerprintOf, formFingerprint, openIdempotency, type WrittenAnswer } from './idempotency.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { openLimits } from './limits.ts';
import { readQuery } from './query.ts';
import { type Match, openRoutes } from './routes.ts';
import { validate } from './validate.ts';

export interface ApiDoor {
  services: Services;
  /** Asks the workers to look for work now. */
  wake(): void;
  /** The Standard API's by default. */
  endpoints?: readonly Endpoint[];
}

/** What a call has behind it when its endpoint's turn comes: who calls, and that they may. */
type Admitted = Omit<ApiCall, 'resumedFrom'> & { endpoint: Endpoint; raw: Buffer | undefined };

/**
 * Answers every path of the Standard API. One function from the request to the answer, without a chain of middlewares:
 * at a thousand calls a second each of those costs.
 */
export function api({ services, wake, endpoints = standardEndpoints }: ApiDoor): RequestHandler {
  const routes = openRoutes(endpoints);
  const admit = openAdmission(services, wake);
  const idempotency = openIdempotency(services);

  async function answer(request: Request, response: Response, requestId: string): Promise<void> {
    const match = routes.find(request.method, request.path);
    const call = await admit(match, request, response, requestId);
    const key = idempotencyKeyOf(request);
    if (key === undefined) {
      const answered = await call.endpoint.handle(call);
      if (answered) sendJson(response, ...successOf(call, answered));
      return;
    }
    const form = call.endpoint.upload ? { form: formFingerprint(request) } : {};
    const attempt = { accountId: call.account.id, key, fingerprint: fingerprintOf(request, call.raw), ...form };
    const written = await idempotency.run(attempt, (more) => write({ ...call, ...more }));
    if (written.isReplay) response.setHeader('Idempotent-Replayed', 'true');
    // Whoever sends a whole recording again only to hear what became of it is known.
    leaveBody(request, response, patient);
    sendJson(response, written.status, written.text);
  }

  /** The endpoint's answer as it is kept, be it a refusal. */
  async function write(call: Admitted): Promise<WrittenAnswer> {
    try {
      const answered = await call.endpoint.handle(call);
      const [status, text] = successOf(call, answered ?? { data: null });
      return { status, text };
    } catch (thrown) {
      return refuse(call, thrown);
    }
  }

  function refuse(
    { request, response, requestId }: Pick<Admitted, 'request' | 'response' | 'requestId'>,
    thrown: unknown,
  ) {
    const error = apiError(thrown);
    const failure = failureOf(error, requestId);
    // What is the caller's to mend would let any caller fill the log.
    if (failure.status >= 500) logFailure(services.log, error, { traceId: requestId, where: whereOf(request) });
    if (!response.headersSent) failureHeaders(response, error);
    return { status: failure.status, text: failureText(failure, requestId) };
  }

  function fail(request: Request, response: Response, requestId: string, thrown: unknown): void {
    const { status, text } = refuse({ request, response, requestId }, thrown);
    // A download that has begun can only be broken off: whoever reads it sees that it is not whole.
    if (response.headersSent) return void response.destroy();
    leaveBody(request, response);
    sendJson(response, status, text);
  }

  return (request, response, next) => {
    if (!routes.has(request.path)) return next();
    const requestId = uuidText(newId());
    openHeaders(response, requestId);
    if (request.method === 'OPTIONS' && preflight(response, routes.methods(request.path))) return;
    answer(request, response, requestId).catch((thrown: unknown) => fail(request, response, requestId, thrown));
  };
}

function successOf({ endpoint, requestId }: Admitted, answer: { message?: string; data: unknown }): [number, string] {
  const { status } = endpoint.answer;
  return [status, successText(status, requestId, answer)];
}

/** Who calls, whether they may, how often: all before a byte of the body is read. Then what they send. */
function openAdmission(services: Services, wake: () => void) {
  const authenticate = openAuthentication(services);
  const count = openLimits(services);
  const receiver = openReceiver(services, { wake });
  return async ({ endpoint, params: given }: Match, request: Request, response: Response, requestId: string) => {
    const { account_id: accountUid, ...params } = given;
    const { key, account } = await authenticate(request, accountUid);
    requireScope(key, endpoint.scope);
    if (count) standingHeaders(response, await count(account, endpoint.allowance));
    const checked = endpoint.params ? validate(endpoint.params, params) : params;
    const query = readQuery(endpoint, request.url);
    const json = endpoint.body ? await readJson(request, { bytesMost: endpoint.bodyBytesMost }) : undefined;
    const body = endpoint.body ? validate(endpoint.body, json?.value) : undefined;
    const call = { services, receiver, account, requestId, request, response, wake, params: checked, query, body };
    return { ...call, endpoint, raw: json?.raw } satisfies Admitted;
  };
}

const shortBytes = 1024 ** 2;
const shortWithinMs = 30_000;
const brief: Lingering = { bytes: 4 * 1024 ** 2, ms: 1000 };

/**
 * What is left of a refused body: a short one is read and thrown away, so that the connection can be used again; a long
 * one is not read, and the connection is closed behind the answer.
 */
function leaveBody(request: Request, response: Response, lingering: Lingering = brief): void {
  // An upload that was ended has seen to it by itself.
  if (request.complete || response.hasHeader('Connection')) return;
  const { headers } = request;
  const isShort = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= shortBytes;
  // Who was not told to send it may do so or not, so nothing that follows on the connection can be understood.
  if (isShort && !isBodyAwaited(request)) {
    endSlowBody(request, shortWithinMs);
    // Node reads what is left only of a body that nobody has begun to read.
    request.resume();
  } else lingerAfterAnswer(request, response, lingering);
}

/** Ids are left out: they are the customer's business. */
function whereOf({ method, path }: Request): string {
  return `${method} ${path.replace(/\/accounts\/[^/]+/, '/accounts/…')}`;
}
