import type { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import { stopped } from '../../security/bounded-body.ts';
import { wait } from '../../wait.ts';
import type { ConnectorContext } from '../connector.ts';
import { type HttpClient, type HttpRequest, openHttpClient } from '../http/client.ts';
import { AccessToken } from './access-token.ts';
import { addressesOf, type GenesysConfig } from './config.ts';
import { apiFailure } from './failure.ts';

export interface ApiOptions {
  timeoutMs?: number;
  rateLimitWaitMs?: number;
  /** The first pause before an asynchronous job or a batch is looked at again; pauses grow from there. */
  pollMs?: number;
  /** How long a batch may go on before what has come of it is taken. */
  batchMs?: number;
}

/** The platform API of one organisation, as one OAuth client. Every request waits for its turn among those a minute. */
export class GenesysApi {
  readonly #context: ConnectorContext;
  readonly #client: HttpClient;
  readonly #token: AccessToken;
  readonly #pace: [string, number];

  constructor(config: GenesysConfig, context: ConnectorContext, options: ApiOptions = {}) {
    const { api } = addressesOf(config);
    const { timeoutMs, rateLimitWaitMs } = options;
    this.#context = context;
    this.#token = new AccessToken(config, context, options);
    this.#pace = [`genesys:${api.host}:${config.client_id}`, config.requests_per_minute];
    this.#client = openHttpClient({
      context,
      base: api,
      field: config.api_url === undefined ? 'region' : 'api_url',
      failureOf: apiFailure,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(rateLimitWaitMs === undefined ? {} : { rateLimitWaitMs }),
    });
  }

  /** Throws `sign_in_refused` where the OAuth client is not taken. */
  async signIn(): Promise<void> {
    await this.#token.value();
  }

  /** One answer, checked. A token that is refused, for it was withdrawn, is replaced once. */
  async json<T>(schema: z.ZodType<T>, request: HttpRequest): Promise<T> {
    const token = await this.#token.value();
    try {
      return await this.#send(schema, request, token);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'sign_in_refused') throw thrown;
      await this.#token.forget(token);
      return await this.#send(schema, request, await this.#token.value());
    }
  }

  /** Lets time pass. Throws `cancelled` as soon as the run is to end. */
  async pause(timeMs: number): Promise<void> {
    const { signal } = this.#context;
    await wait(timeMs, signal);
    if (signal.aborted) throw stopped();
  }

  async #send<T>(schema: z.ZodType<T>, request: HttpRequest, token: string): Promise<T> {
    await this.#context.pace(...this.#pace);
    return await this.#client.json(schema, { ...request, headers: { authorization: `Bearer ${token}` } });
  }
}
