import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bulk } from '../calls-fixture.ts';
import { Batches, metadataOf, recordingsOf } from './batches.ts';
import {
  bad,
  conversationOf,
  type GenesysCall,
  matching,
  otherCode,
  questionOf,
  Refusal,
  resolvedCode,
  salesQueue,
  supportQueue,
  wasActive,
} from './conversations.ts';
import { Jobs } from './jobs.ts';

type Json = Record<string, unknown>;

export const clientId = 'client-of-acme';
export const clientSecret = 'secret-of-acme';

const permissionOf: [RegExp, string][] = [
  [/^\/api\/v2\/analytics\/conversations\/details/, 'analytics:conversationDetail:view'],
  [/^\/api\/v2\/(recording\/|conversations\/[^/]+\/recording)/, 'recording:recording:view'],
  [/^\/api\/v2\/routing\/queues/, 'routing:queue:view'],
  [/^\/api\/v2\/routing\/wrapupcodes/, 'routing:wrapupCode:view'],
];

interface Request {
  method: string;
  url: URL;
  body: Json;
}

/** Genesys Cloud's platform API as its documents describe it, as strict as the real one: sign-in, API, and links. */
export class GenesysServer {
  readonly requests: string[] = [];
  /** Bodies of the queries and jobs so far. */
  readonly questions: Json[] = [];
  /** `Authorization` of whatever was sent to links, which are none of its business. */
  readonly leaked: string[] = [];
  readonly audio = Buffer.concat([Buffer.from('OggS\0\x02'), Buffer.alloc(3000, 7)]);
  readonly calls = new Map<string, GenesysCall>();
  readonly jobs = new Jobs();
  readonly batches = new Batches(
    (id) => this.#callOf(id),
    (recordingId, { id }) => `${urlOf(this.#files)}/${id}/${recordingId}?Signature=s${++this.#links}`,
  );
  readonly permissions = new Set(permissionOf.map(([, permission]) => permission));
  /** How names of queues and wrap-up codes are asked for in vain: 404, 403, or with an empty list. */
  namesAnswer: 404 | 403 | 200 | undefined;
  bulk: Bulk = { count: 0, fromMs: 0 };
  tokenLifeSeconds = 86_400;
  tokensGiven = 0;
  /** Every token is refused. */
  takesNoToken = false;
  refused401 = 0;
  requestsPerMinute = Number.POSITIVE_INFINITY;
  /** So many links are dead by the time they are asked for. */
  deadLinks = 0;
  #links = 0;
  #tokens = new Map<string, number>();
  #login = createServer(
    (request, response) => void this.#serve(request, response, (given) => this.#token(request, given)),
  );
  #api = createServer(
    (request, response) => void this.#serve(request, response, (given) => this.#answer(request, given)),
  );
  #files = createServer((request, response) => void this.#give(request, response));
  #frozen: Promise<void> | undefined;
  #thaw: () => void = () => undefined;
  #dropNext = false;
  #refusals = { count: 0, retryAfterSeconds: 1 };
  #minute: number[] = [];

  async start(): Promise<void> {
    for (const server of this.#servers()) await once(server.listen(0, '127.0.0.1'), 'listening');
  }

  async stop(): Promise<void> {
    this.thaw();
    for (const server of this.#servers()) {
      server.closeAllConnections();
      server.close();
    }
  }

  get loginUrl(): string {
    return urlOf(this.#login);
  }

  get apiUrl(): string {
    return urlOf(this.#api);
  }

  /** Connections to links that are open now. */
  async openLinks(): Promise<number> {
    return await new Promise((resolve, reject) =>
      this.#files.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  freeze(): void {
    this.#frozen = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#frozen = undefined;
    this.#thaw();
  }

  dropMiddle(): void {
    this.#dropNext = true;
  }

  refuseNext(count: number, retryAfterSeconds: number): void {
    this.#refusals = { count, retryAfterSeconds };
  }

  /** No token that was given so far is good any more. */
  withdrawTokens(): void {
    this.#tokens.clear();
  }

  #servers(): Server[] {
    return [this.#login, this.#api, this.#files];
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (request: Request) => Json | Json[],
  ): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    const text = await textOf(request);
    await this.#frozen;
    try {
      if (text.length > 512_000) throw new Refusal(413, 'request.too.large', 'The body is larger than 512000 bytes');
      const url = new URL(request.url ?? '', 'http://x');
      const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
      const body = isForm ? Object.fromEntries(new URLSearchParams(text)) : text === '' ? {} : JSON.parse(text);
      this.#send(response, answer({ method: request.method ?? '', url, body }));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      this.#refuse(response, thrown);
    }
  }

  #send(response: ServerResponse, answer: Json | Json[]): void {
    const text = JSON.stringify(answer);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    if (!this.#dropNext || !('conversations' in answer) || !(answer.conversations as Json[]).length)
      return void response.end(text);
    this.#dropNext = false;
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
  }

  #refuse(response: ServerResponse, { status, code, message }: Refusal): void {
    const isLogin = code === 'invalid_client';
    response.writeHead(status, {
      'content-type': 'application/json',
      'inin-correlation-id': 'correlation-1',
      ...(status === 429 ? { 'retry-after': String(this.#refusals.retryAfterSeconds) } : {}),
    });
    const body = isLogin
      ? { error: code, description: message, error_description: message }
      : { message, code, status, contextId: 'correlation-1', details: [], errors: [] };
    response.end(JSON.stringify(body));
  }

  #token({ headers }: IncomingMessage, { method, url, body }: Request): Json {
    if (method !== 'POST' || url.pathname !== '/oauth/token') throw new Refusal(404, 'not.found', 'not found');
    const [id, secret] = Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    if (id !== clientId) throw new Refusal(400, 'invalid_client', `client not found: ${id}`);
    if (secret !== clientSecret) throw new Refusal(401, 'invalid_client', 'authentication failed');
    if (body.grant_type !== 'client_credentials') throw new Refusal(400, 'invalid_client', 'grant_type is unknown');
    const token = `token-${++this.tokensGiven}`;
    this.#tokens.set(token, Date.now() + this.tokenLifeSeconds * 1000);
    return { access_token: token, token_type: 'bearer', expires_in: this.tokenLifeSeconds };
  }

  #answer({ headers }: IncomingMessage, request: Request): Json | Json[] {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (this.takesNoToken || (this.#tokens.get(token) ?? 0) < Date.now()) {
      this.refused401++;
      throw new Refusal(401, 'bad.credentials', 'Invalid login credentials.');
    }
    const { pathname } = request.url;
    const [, permission] = permissionOf.find(([path]) => path.test(pathname)) ?? [];
    if (permission && !this.permissions.has(permission))
      throw new Refusal(
        403,
        'missing.any.permissions',
        `You must have at least one of the permissions [${permission}]`,
      );
    if (/details\/(query|jobs$)/.test(pathname)) this.#requireTurn();
    return this.#route(request);
  }

  #requireTurn(): void {
    if (this.#refusals.count > 0) {
      this.#refusals.count--;
      throw new Refusal(429, 'too.many.requests', 'Rate limit exceeded the maximum.');
    }
    const now = performance.now();
    this.#minute = [...this.#minute, now].filter((at) => at > now - 60_000);
    if (this.#minute.length > this.requestsPerMinute)
      throw new Refusal(429, 'too.many.requests', 'Rate limit exceeded');
  }

  #route({ method, url, body }: Request): Json | Json[] {
    const { pathname, searchParams } = url;
    const details = '/api/v2/analytics/conversations/details';
    const [, jobId, part] = /\/details\/jobs\/([^/]+)(\/results)?$/.exec(pathname) ?? [];
    const [, batchId] = /\/recording\/batchrequests\/([^/]+)$/.exec(pathname) ?? [];
    const [, conversationId] = /\/conversations\/([^/]+)\/recordingmetadata$/.exec(pathname) ?? [];
    if (method === 'POST') {
      if (pathname === `${details}/query`) return this.#query(body);
      if (pathname === `${details}/jobs`) return this.#submitJob(body);
      if (pathname === '/api/v2/recording/batchrequests') return this.batches.submit(body);
    } else if (jobId === 'availability') return this.jobs.availability();
    else if (jobId) return part ? this.jobs.results(jobId, searchParams, this) : this.jobs.status(jobId);
    else if (batchId) return this.batches.status(batchId);
    else if (conversationId) return this.#metadata(conversationId);
    else if (pathname === '/api/v2/routing/queues') return this.#named(queues, searchParams);
    else if (pathname === '/api/v2/routing/wrapupcodes') return this.#named(wrapUpCodes, searchParams);
    throw new Refusal(404, 'not.found', 'The requested resource was not found');
  }

  #query(body: Json): Json {
    this.questions.push(body);
    const question = questionOf(body, 'query');
    const { pageSize = 25, pageNumber = 1 } = (body.paging ?? {}) as { pageSize?: number; pageNumber?: number };
    if (!(pageSize >= 1 && pageSize <= 100) || pageNumber < 1) throw bad('pageSize must be between 1 and 100');
    if (pageSize * pageNumber > 10_000) throw bad('A query reaches its first 10000 results');
    const { total, at } = matching(this, question, wasActive);
    const from = pageSize * (pageNumber - 1);
    const calls = Array.from({ length: Math.max(0, Math.min(pageSize, total - from)) }, (_, index) => at(from + index));
    const conversations = calls.flatMap((call) => (call ? [conversationOf(call, false)] : []));
    return { totalHits: total, ...(conversations.length > 0 ? { conversations } : {}) };
  }

  #submitJob(body: Json): Json {
    this.questions.push(body);
    return this.jobs.submit(body);
  }

  #metadata(conversationId: string): Json[] {
    const call = this.#callOf(conversationId);
    if (!call) throw new Refusal(404, 'not.found', 'The conversation was not found');
    return metadataOf(call);
  }

  #named(all: Json[], query: URLSearchParams): Json {
    const entities = this.namesAnswer === undefined ? all : [];
    if (this.namesAnswer === 404) throw new Refusal(404, 'not.found', 'The requested resource was not found');
    if (this.namesAnswer === 403) throw new Refusal(403, 'missing.permission', 'You may not read names');
    const pageSize = Number(query.get('pageSize') ?? 25);
    const pageNumber = Number(query.get('pageNumber') ?? 1);
    if (pageSize > 500) throw bad('pageSize must not exceed 500');
    const page = entities.slice(pageSize * (pageNumber - 1), pageSize * pageNumber);
    return {
      entities: page,
      pageSize,
      pageNumber,
      total: entities.length,
      pageCount: Math.ceil(entities.length / pageSize),
    };
  }

  #callOf(id: string): GenesysCall | undefined {
    return this.calls.get(id) ?? (id.startsWith('bulk-') ? { id, startedAt: new Date() } : undefined);
  }

  /** Signed links: whoever sends more than the link is refused, as S3 does. */
  async #give(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#frozen;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const [id = '', recordingId = ''] = pathname.slice(1).split('/');
    const call = this.#callOf(id);
    if (request.headers.authorization) {
      this.leaked.push(request.headers.authorization);
      return void response.writeHead(400).end('<Error>Only one auth mechanism allowed</Error>');
    }
    if (!call || !searchParams.get('Signature') || this.deadLinks-- > 0)
      return void response.writeHead(403).end('<Error>Request has expired</Error>');
    if (call.recording === 'html') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end(`<!doctype html><html><body>Sign in${' '.repeat(pageBytes)}</body></html>`);
    }
    const isOnly = recordingsOf(call).length === 1;
    const bytes = isOnly ? this.audio : Buffer.concat([this.audio, Buffer.from(recordingId)]);
    response.writeHead(200, { 'content-type': 'audio/ogg', 'content-length': bytes.length }).end(bytes);
  }
}

/** More than is on its way while nobody reads. */
const pageBytes = 16 * 1024 ** 2;

const queues = [
  { id: supportQueue, name: 'Support' },
  { id: salesQueue, name: 'Sales' },
];
const wrapUpCodes = [
  { id: resolvedCode, name: 'Resolved' },
  { id: otherCode, name: 'Something else' },
];

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const bytes of request) parts.push(bytes as Buffer);
  return Buffer.concat(parts).toString();
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
