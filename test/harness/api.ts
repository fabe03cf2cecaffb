import { createApiKey } from '../../server/accounts/api-keys.ts';
import type { Services } from '../../server/services.ts';
import { startHttp } from '../../server/web/start.ts';
import type { NewApiKey } from '../../shared/api-key.ts';
import { testAccount, testServices } from './services.ts';

export interface ApiAnswer<Data = unknown> {
  status: number;
  headers: Headers;
  text: string;
  /** The envelope, where the answer is one. */
  json: { status: number; request_id: string; message?: string; data: Data; error?: { code: string } };
  /** The envelope's data. */
  data: Data;
  /** The failure's code. */
  code: string | undefined;
  message: string | undefined;
}

export interface ApiCallOptions {
  /** Plain objects and arrays are sent as JSON; texts, bytes, streams and forms as they are. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Another key than the server's own; null sends none. */
  key?: string | null;
  /** Another account's id in the path. */
  accountId?: string;
}

export interface ApiClient {
  account: { id: number; uid: string };
  key: string;
  keyUid: string;
}

/** The real HTTP server on a free port, an account, and a key of it that may do everything. */
export interface ApiServer extends ApiClient {
  services: Services;
  url: string;
  /** How often the workers were asked to look. */
  wakes(): number;
  /**
   * Calls a path under `/cqa/api/v1/accounts/{account_id}`; one that begins with `//` counts from the root, as in the
   * list of endpoints.
   */
  call<Data = unknown>(method: string, path: string, options?: ApiCallOptions): Promise<ApiAnswer<Data>>;
  addressOf(path: string, accountId?: string): string;
  /** Another account with a key of its own. */
  anotherAccount(key?: Partial<NewApiKey>): Promise<ApiClient>;
  close(): Promise<void>;
}

/** Services that were made here are closed with the server; those that were given are not. */
export async function apiServer(given?: Services): Promise<ApiServer> {
  // Whoever looks again and again until something has come is not to meet the limits.
  const services = given ?? (await testServices({ rateLimit: 'off' }));
  let wakes = 0;
  const wake = () => {
    wakes += 1;
  };
  const server = await startHttp(services, { wake, port: 0, host: '127.0.0.1' });
  const client = await apiClient(services);
  const addressOf = (path: string, accountId = client.account.uid) =>
    path.startsWith('//') ? `${server.url}${path.slice(1)}` : `${server.url}/cqa/api/v1/accounts/${accountId}${path}`;
  return {
    ...client,
    services,
    url: server.url,
    wakes: () => wakes,
    addressOf,
    call: <Data>(method: string, path: string, options: ApiCallOptions = {}) =>
      send<Data>(method, addressOf(path, options.accountId), { key: client.key, ...options }),
    anotherAccount: (key) => apiClient(services, key),
    async close() {
      await server.close();
      if (!given) await services.close();
    },
  };
}

/** A new account and a key of it. */
export async function apiClient(services: Services, key: Partial<NewApiKey> = {}): Promise<ApiClient> {
  const account = await testAccount(services);
  const made = await createApiKey(services, account.id, { name: 'tests', ...key }, 'test');
  return { account: { id: account.id, uid: account.uid }, key: made.api_key, keyUid: made.uid };
}

async function send<Data>(
  method: string,
  address: string,
  { body, headers = {}, key }: ApiCallOptions,
): Promise<ApiAnswer<Data>> {
  const isJson = Array.isArray(body) || (typeof body === 'object' && body?.constructor === Object);
  const response = await fetch(address, {
    method,
    headers: {
      ...(key ? { 'x-api-key': key } : {}),
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as RequestInit['body']) }),
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);
  return answerOf<Data>(response);
}

async function answerOf<Data>(response: Response): Promise<ApiAnswer<Data>> {
  const text = await response.text();
  const isEnvelope = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
  const json = (isEnvelope ? JSON.parse(text) : {}) as ApiAnswer<Data>['json'];
  return {
    status: response.status,
    headers: response.headers,
    text,
    json,
    data: json.data,
    code: json.error?.code,
    message: json.message,
  };
}
