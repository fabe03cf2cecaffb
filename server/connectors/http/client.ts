import type { z } from 'zod';
import type { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { ConnectorContext } from '../connector.ts';
import { readText, streamOf, type TooLarge } from './body.ts';
import { type Answer, type Call, exchange } from './exchange.ts';
import { parseJson } from './json.ts';
import { afterRateLimit } from './rate-limit.ts';
import { type FailedAnswer, failedAnswer, statusFailure } from './status.ts';

/** Who is called, and as whom. */
export interface HttpClientOptions {
  context: Pick<ConnectorContext, 'signal' | 'egress' | 'log'>;
  /** Paths are resolved against it; `https://host/api` counts as the folder `https://host/api/`. */
  base: URL;
  /** Credentials among them. They are sent to the base's own origin, never to another one, redirects included. */
  headers?: Record<string, string>;
  /** One more certificate authority to trust, as PEM, beside the system's own. */
  certificateAuthority?: string | undefined;
  /** Until the answer's head is here, and the longest silence in its body. */
  timeoutMs?: number;
  /** How long 429 is waited for in one call, all its waits together. */
  rateLimitWaitMs?: number;
  /** The form field that says where the base is; failures to reach it name it. */
  field?: string;
  /** What the system's own error bodies mean; undefined where the status says it all. */
  failureOf?: (answer: FailedAnswer) => AppError | undefined;
}

export interface HttpRequest {
  method?: 'GET' | 'POST';
  /** As in a link on a page of the base: `calls.json` lies in its folder, `/v1/calls.json` on its host. */
  path: string | URL;
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent to the path's own origin, redirects to others excluded. */
  headers?: Record<string, string>;
  /** An object is sent as JSON, parameters as a form. */
  body?: object | URLSearchParams;
  /** The most that is read of the answer; for the beginning of a recording, leave the stream early instead. */
  maxBytes?: number;
  /** The answer is a token or the like: nothing of a good one that has another form than JSON of this schema is kept. */
  isSecret?: boolean;
  /** What helps where the answer is larger than `maxBytes`. */
  tooLarge?: TooLarge;
}

type Headers = Answer['headers'];

/**
 * Calls one HTTP system through the egress guard. What every method throws: `host_unknown`, `host_unreachable`,
 * `host_refused`, `host_timeout`, `egress_blocked`, `connection_lost` (also for a body that was cut), `rate_limited` when
 * 429 stays, `cancelled`. Nothing is tried again but 429.
 */
export interface HttpClient {
  /**
   * The answer's JSON, checked. Throws `sign_in_refused` (401), `permission_denied` (403), `path_missing` (404),
   * `http_unavailable` (5xx), `http_status` (others, and more than `maxBytes`, 32 MB), `protocol_error` for what is no
   * such JSON, HTML above all.
   */
  json<T>(schema: z.ZodType<T>, request: HttpRequest): Promise<T>;
  /**
   * The answer's bytes as they arrive, of any 2xx; else throws as json() does. Redirects to other hosts are followed, with
   * no credentials. More than `maxBytes` (2 GB) is `audio_too_large`.
   */
  stream(request: HttpRequest): Promise<{ status: number; headers: Headers; body: ByteStream }>;
  /** The answer whatever its status, but 429; what it means is the caller's to say. */
  send(request: HttpRequest): Promise<{ status: number; headers: Headers; text: string }>;
}

const defaultTimeoutMs = 30_000;
const defaultRateLimitWaitMs = 5 * 60_000;
const jsonBytesMost = 32 * 1024 ** 2;
const streamBytesMost = 2 * 1024 ** 3;

export function openHttpClient(options: HttpClientOptions): HttpClient {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const rateLimit = { mostMs: options.rateLimitWaitMs ?? defaultRateLimitWaitMs };
  const limits = { signal: options.context.signal, timeoutMs };

  async function answerTo(request: HttpRequest, followsElsewhere: boolean): Promise<Answer> {
    const call = callOf(request, options, { timeoutMs, followsElsewhere });
    const tooOften = (answer: FailedAnswer) => options.failureOf?.(answer) ?? statusFailure(answer);
    return await afterRateLimit(() => exchange(call), { ...options.context, ...rateLimit, limits, tooOften });
  }

  async function successfulAnswerTo(request: HttpRequest, followsElsewhere: boolean): Promise<Answer> {
    const answer = await answerTo(request, followsElsewhere);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const failed = await failedAnswer(answer, limits);
    throw options.failureOf?.(failed) ?? statusFailure(failed);
  }

  function textOf(answer: Answer, { maxBytes = jsonBytesMost, tooLarge }: HttpRequest): Promise<string> {
    return readText(answer, { ...limits, maxBytes, tooLarge });
  }

  return {
    async json(schema, request) {
      const answer = await successfulAnswerTo(
        { ...request, headers: { accept: 'application/json', ...request.headers } },
        false,
      );
      return parseJson(schema, await textOf(answer, request), answer, request);
    },
    async stream(request) {
      const answer = await successfulAnswerTo(request, true);
      const { status, headers } = answer;
      return { status, headers, body: streamOf(answer, { ...limits, maxBytes: request.maxBytes ?? streamBytesMost }) };
    },
    async send(request) {
      const answer = await answerTo(request, false);
      return { status: answer.status, headers: answer.headers, text: await textOf(answer, request) };
    },
  };
}

function callOf(
  { method = 'GET', path, query = {}, headers, body }: HttpRequest,
  { base, headers: ofClient, context, certificateAuthority, field }: HttpClientOptions,
  more: Pick<Call, 'timeoutMs' | 'followsElsewhere'>,
): Call {
  const url = withQuery(new URL(path, folderOf(base)), query);
  const credentials = url.origin === base.origin ? ofClient : {};
  const { signal, egress } = context;
  const content = contentOf(body);
  return {
    ...{ method, url, signal, egress, certificateAuthority, field, body: content?.bytes },
    headers: { ...(content ? { 'content-type': content.type } : {}), ...credentials, ...headers },
    ...more,
  };
}

function folderOf({ href }: URL): string {
  const folder = new URL(href);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder.href;
}

/** Spaces as %20: not every server takes a + for one. */
function withQuery(url: URL, query: NonNullable<HttpRequest['query']>): URL {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  if (pairs.length > 0) url.search = [url.search.slice(1), ...pairs].filter((part) => part !== '').join('&');
  return url;
}

function contentOf(body: HttpRequest['body']): { type: string; bytes: Buffer } | undefined {
  if (body === undefined) return undefined;
  return body instanceof URLSearchParams
    ? { type: 'application/x-www-form-urlencoded', bytes: Buffer.from(body.toString()) }
    : { type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
}
