import { z } from 'zod';
import type { ConnectorContext } from '../connector.ts';
import { type HttpClient, openHttpClient } from '../http/client.ts';
import type { ApiOptions } from './api.ts';
import { addressesOf, type GenesysConfig } from './config.ts';
import { signInFailure } from './failure.ts';

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** A token is not used in its last minute, nor in the last tenth of a short life: a request takes its time. */
const spareMs = 60_000;

interface Token {
  value: string;
  usableUntilMs: number;
}

/** The access token of one OAuth client (client credentials, RFC 6749 §4.4), fetched when it is needed. */
export class AccessToken {
  readonly #client: HttpClient;
  #token: Promise<Token> | undefined;

  constructor(config: GenesysConfig, context: ConnectorContext, { timeoutMs, rateLimitWaitMs }: ApiOptions) {
    const credentials = Buffer.from(`${config.client_id}:${config.client_secret}`).toString('base64');
    this.#client = openHttpClient({
      context,
      base: addressesOf(config).login,
      headers: { authorization: `Basic ${credentials}` },
      field: config.login_url === undefined ? 'region' : 'login_url',
      failureOf: signInFailure,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(rateLimitWaitMs === undefined ? {} : { rateLimitWaitMs }),
    });
  }

  /** One that can be used for a while; those who ask at once wait for the same. Throws `sign_in_refused`. */
  async value(): Promise<string> {
    const known = this.#token;
    if (known) {
      const token = await known;
      if (performance.now() < token.usableUntilMs) return token.value;
      if (this.#token === known) this.#token = undefined;
    }
    this.#token ??= this.#fetch();
    return (await this.#token).value;
  }

  /** It was refused: the next to ask gets another one. */
  async forget(value: string): Promise<void> {
    const known = this.#token;
    if (known && (await known).value === value && this.#token === known) this.#token = undefined;
  }

  #fetch(): Promise<Token> {
    const fetched = this.#ask();
    fetched.catch(() => {
      if (this.#token === fetched) this.#token = undefined;
    });
    return fetched;
  }

  async #ask(): Promise<Token> {
    const { access_token, expires_in } = await this.#client.json(tokenSchema, {
      method: 'POST',
      path: '/oauth/token',
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      isSecret: true,
    });
    const lifeMs = expires_in * 1000;
    return { value: access_token, usableUntilMs: performance.now() + lifeMs - Math.min(spareMs, lifeMs / 10) };
  }
}
