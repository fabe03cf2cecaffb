import { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import type { ConnectorContext } from '../connector.ts';
import { type HttpClient, type HttpRequest, openHttpClient } from '../http/client.ts';
import type { ExoliteConfig } from './config.ts';
import { apiFailure, restExceptionIn } from './failure.ts';

/** One call as Exotel gives it: numbers mostly as texts, absent values as null. */
export type Call = Record<string, unknown>;

export interface CallPage {
  /** How many calls the question has in all, where it says so. */
  total: number | undefined;
  calls: Call[];
}

export interface ApiOptions {
  timeoutMs?: number;
  rateLimitWaitMs?: number;
}

/** A number, or a number as text. */
const totalSchema = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);
const callSchema = z.record(z.string(), z.unknown());
/** A list without calls may have null in place of either part. */
const pageSchema = z.union([
  z.object({
    Metadata: z.object({ Total: totalSchema, NextPageUri: z.string().nullish() }).nullable(),
    Calls: z.array(callSchema).nullable(),
  }),
  z.object({ RestException: z.unknown() }),
]);
const oneSchema = z.union([z.object({ Call: callSchema }), z.object({ RestException: z.unknown() })]);

const pageSize = 100;

/** The bulk call API, version 1, of one account. Every request waits for its turn among the calls a minute. */
export class ExotelApi {
  readonly #config: ExoliteConfig;
  readonly #context: ConnectorContext;
  readonly #client: HttpClient;

  constructor(config: ExoliteConfig, context: ConnectorContext, options: ApiOptions = {}) {
    this.#config = config;
    this.#context = context;
    this.#client = openHttpClient({
      context,
      base: new URL(config.base_url),
      headers: { authorization: basicAuthorization(config) },
      field: 'base_url',
      failureOf: apiFailure,
      ...options,
    });
  }

  /**
   * Calls created within two moments on the account's wall clock (`2026-11-20 00:00:00`, both included), oldest first, page
   * by page. Calls that are still going on are not among them.
   */
  async *pages(from: string, to: string, query: HttpRequest['query'] = {}): AsyncGenerator<CallPage> {
    const first = {
      DateCreated: `gte:${from};lte:${to}`,
      SortBy: 'DateCreated:asc',
      PageSize: pageSize,
      details: true,
    };
    let request: HttpRequest = { path: `${this.#account()}/Calls.json`, query: { ...first, ...query } };
    for (let asked: string | undefined; ; ) {
      const { Metadata, Calls } = await this.#ask(pageSchema, request);
      const calls = Calls ?? [];
      yield { total: Metadata?.Total, calls };
      const next = Metadata?.NextPageUri;
      if (next === undefined || next === null || next === '') return;
      if (next === asked || calls.length === 0) throw noProgress(this.#config.base_url);
      asked = next;
      request = { path: this.#onSameHost(next) };
    }
  }

  /** One call, with a fresh pre-signed link where the account has that feature. */
  async call(sid: string): Promise<Call> {
    const query = { RecordingUrlValidity: this.#config.recording_url_minutes };
    const path = `${this.#account()}/Calls/${encodeURIComponent(sid)}.json`;
    return (await this.#ask(oneSchema, { path, query })).Call;
  }

  async #ask<T extends object>(
    schema: z.ZodType<T>,
    request: HttpRequest,
  ): Promise<Exclude<T, { RestException: unknown }>> {
    const { base_url, account_sid, calls_per_minute } = this.#config;
    await this.#context.pace(`exolite:${new URL(base_url).host}:${account_sid}`, calls_per_minute);
    const answer = await this.#client.json(schema, request);
    if (!('RestException' in answer)) return answer as Exclude<T, { RestException: unknown }>;
    const text = JSON.stringify(answer);
    const status = restExceptionIn(text)?.status ?? 500;
    throw apiFailure({ status, text, headers: {}, url: new URL(base_url) });
  }

  #account(): string {
    return `/v1/Accounts/${this.#config.account_sid}`;
  }

  /** The key and token go with it, so a page elsewhere is not asked for. */
  #onSameHost(next: string): URL {
    const base = new URL(this.#config.base_url);
    if (URL.canParse(next, base.href)) {
      const url = new URL(next, base);
      if (url.origin === base.origin) return url;
    }
    throw new AppError(
      'protocol_error',
      `${base.host} names a next page on another host (${next.slice(0, 100)}); nothing is sent there. Check the API address.`,
      { field: 'base_url' },
    );
  }
}

/** `Authorization` of API key and token (RFC 7617). */
export function basicAuthorization({ api_key, api_token }: Pick<ExoliteConfig, 'api_key' | 'api_token'>): string {
  return `Basic ${Buffer.from(`${api_key}:${api_token}`).toString('base64')}`;
}

function noProgress(base: string): AppError {
  return new AppError(
    'protocol_error',
    `${new URL(base).host} names a next page that leads nowhere, so the list of calls would never end. If it lasts, ask Exotel about it.`,
  );
}
