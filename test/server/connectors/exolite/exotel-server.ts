import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DateTime } from 'luxon';
import type { Bulk, FixtureCall } from '../calls-fixture.ts';
import { listCalls, type Question, questionOf, Refusal, wallClock, zone } from './exotel-calls.ts';

export const accountSid = 'acme1';
export const apiKey = 'key-of-acme';
export const apiToken = 'token-of-acme';

export interface ExotelServerOptions {
  /**
   * Where recordings lie: on a host that wants key and token, on the API's own (`beside-api`), or in S3, open to all or to
   * nobody.
   */
  recordings?: 'private' | 'beside-api' | 's3-open' | 's3-closed';
  /** The account feature. */
  preSigned?: boolean;
  /** More requests within a minute are refused. */
  callsPerMinute?: number;
}

/** Exotel's bulk call API as its documents and its users describe it, as strict as the real one. */
export class ExotelServer {
  readonly requests: string[] = [];
  /** `Authorization` of whatever was sent to S3, which is none of its business. */
  readonly leaked: string[] = [];
  readonly audio = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0'), Buffer.alloc(3000, 7)]);
  readonly options: ExotelServerOptions;
  readonly calls = new Map<string, FixtureCall>();
  bulk: Bulk = { count: 0, fromMs: 0 };
  #api = createServer(
    (request, response) => void this.#guarded(request, response, () => this.#answer(request, response)),
  );
  #recordings = createServer(
    (request, response) => void this.#guarded(request, response, () => this.#record(request, response)),
  );
  #s3 = createServer(
    (request, response) => void this.#guarded(request, response, () => this.#stored(request, response)),
  );
  #frozen: Promise<void> | undefined;
  #thaw: () => void = () => undefined;
  #dropNext = false;
  #refusals = { count: 0, retryAfterSeconds: 0 };
  #minute: number[] = [];

  constructor(options: ExotelServerOptions = {}) {
    this.options = options;
  }

  async start(): Promise<void> {
    for (const server of [this.#api, this.#recordings]) await once(server.listen(0, '127.0.0.1'), 'listening');
    // Another host, not only another port.
    await once(this.#s3.listen(0, '127.0.0.2'), 'listening');
  }

  async stop(): Promise<void> {
    this.thaw();
    for (const server of this.#servers()) {
      server.closeAllConnections();
      server.close();
    }
  }

  get apiUrl(): string {
    return urlOf(this.#api);
  }

  get recordingsUrl(): string {
    return urlOf(this.#recordings);
  }

  get s3Url(): string {
    return urlOf(this.#s3);
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

  recordingUrl(sid: string): string {
    const { recordings = 'private' } = this.options;
    const hosts = {
      private: this.recordingsUrl,
      'beside-api': this.apiUrl,
      's3-open': this.s3Url,
      's3-closed': this.s3Url,
    };
    return `${hosts[recordings]}/exotelrecordings/${accountSid}/${sid}.mp3`;
  }

  #servers() {
    return [this.#api, this.#recordings, this.#s3];
  }

  async #guarded(request: IncomingMessage, response: ServerResponse, answer: () => void): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    await this.#frozen;
    try {
      answer();
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const { status, message, code } = thrown;
      const headers = status === 429 ? { 'retry-after': String(this.#refusals.retryAfterSeconds || 30) } : {};
      const exception = { Status: status, Message: message, ...(code ? { Code: code } : {}) };
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ RestException: exception }));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    requireBasic(request);
    if (request.url?.startsWith('/exotelrecordings/')) return void this.#give(sidIn(request), response);
    this.#requireTurn();
    const url = new URL(request.url ?? '', 'http://x');
    const [, sid, rest] = /^\/v1\/Accounts\/([^/]+)\/(Calls(?:\/[^/]+)?\.json)$/.exec(url.pathname) ?? [];
    if (request.method !== 'GET' || sid !== accountSid || !rest) throw new Refusal(404, 'The resource was not found');
    const answer = rest === 'Calls.json' ? this.#page(url) : this.#one(decodeURIComponent(rest.slice(6, -5)), url);
    const text = JSON.stringify(answer);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    if (!this.#dropNext || rest !== 'Calls.json') return void response.end(text);
    this.#dropNext = false;
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
  }

  #requireTurn(): void {
    if (this.#refusals.count > 0) {
      this.#refusals.count--;
      throw new Refusal(429, 'Too many requests', 'RATE_LIMIT_EXCEEDED');
    }
    const now = performance.now();
    this.#minute = [...this.#minute, now].filter((at) => at > now - 60_000);
    if (this.#minute.length > (this.options.callsPerMinute ?? Number.POSITIVE_INFINITY)) {
      this.#refusals.retryAfterSeconds = 1;
      throw new Refusal(429, 'Too many requests');
    }
  }

  #page(url: URL): unknown {
    const question = questionOf(url.searchParams, DateTime.now().setZone(zone));
    const { total, calls, next } = listCalls(this, question);
    return {
      Metadata: {
        ...{ Total: total, PageSize: question.pageSize, FirstPageUri: url.pathname, PrevPageUri: null },
        NextPageUri: next === undefined ? null : pageUri(url, next),
      },
      Calls: calls.map((call) => this.#shown(call, question)),
    };
  }

  #one(sid: string, url: URL): unknown {
    const validity = Number(url.searchParams.get('RecordingUrlValidity') ?? 5);
    if (!(validity >= 5 && validity <= 60)) throw new Refusal(400, 'RecordingUrlValidity must be between 5 and 60');
    const call = this.calls.get(sid) ?? (sid.startsWith('bulk-') ? { id: sid, startedAt: new Date() } : undefined);
    if (!call) throw new Refusal(404, 'The call was not found');
    return { Call: this.#shown(call, undefined) };
  }

  #shown(call: FixtureCall, question: Question | undefined): Record<string, unknown> {
    const { id, startedAt, durationSeconds = 60 } = call;
    const started = wallClock(startedAt);
    return {
      ...{ Sid: id, ParentCallSid: null, DateCreated: started, DateUpdated: started, AccountSid: accountSid },
      ...{ To: '08030752400', From: '+919800000001', PhoneNumber: '08030752400', PhoneNumberSid: 'pn1' },
      ...{
        Status: 'completed',
        StartTime: started,
        EndTime: wallClock(endOf(call)),
        Duration: String(durationSeconds),
      },
      ...{ Price: '0.500', Direction: 'inbound', AnsweredBy: null, Uri: `/v1/Accounts/${accountSid}/Calls.json/${id}` },
      ...{ CustomField: null, RecordingUrl: this.recordingUrl(id), ...overrides.get(call) },
      ...(this.options.preSigned ? { PreSignedRecordingUrl: `${this.s3Url}/signed/${id}.mp3?Signature=s` } : {}),
      ...(question?.details
        ? {
            Details: {
              ...{ ConversationDuration: durationSeconds - 5, Leg1Status: 'completed', Leg2Status: 'completed' },
              Legs: [{ Leg: { Id: 1, OnCallDuration: durationSeconds } }, { Leg: { Id: 2, OnCallDuration: 9 } }],
            },
          }
        : {}),
    };
  }

  #record(request: IncomingMessage, response: ServerResponse): void {
    requireBasic(request);
    this.#give(sidIn(request), response);
  }

  #stored(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization) this.leaked.push(request.headers.authorization);
    const isSigned = request.url?.startsWith('/signed/') && request.url.endsWith('?Signature=s');
    if (!isSigned && this.options.recordings !== 's3-open')
      return void response.writeHead(403).end('<Error>AccessDenied</Error>');
    this.#give(sidIn(request), response);
  }

  #give(sid: string, response: ServerResponse): void {
    const state = this.calls.get(sid)?.recording ?? (sid.startsWith('bulk-') || this.calls.has(sid) ? 'here' : 'late');
    if (state === 'late') return void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>no</html>');
    if (state === 'html') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end('<!doctype html><html><body>Sign in</body></html>');
    }
    response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': this.audio.length }).end(this.audio);
  }
}

/** Fields of one call that differ from the usual ones. */
export const overrides = new WeakMap<FixtureCall, Record<string, unknown>>();

export function endOf({ startedAt, durationSeconds = 60 }: FixtureCall): Date {
  return new Date(startedAt.getTime() + durationSeconds * 1000);
}

function requireBasic({ headers: { authorization } }: IncomingMessage): void {
  const expected = `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`;
  if (authorization !== expected) throw new Refusal(401, 'Authentication failed');
}

function sidIn({ url = '' }: IncomingMessage): string {
  return decodeURIComponent(/([^/]+)\.mp3/.exec(url)?.[1] ?? '');
}

function pageUri(url: URL, after: string): string {
  const next = new URL(url);
  next.searchParams.set('After', after);
  return `${next.pathname}${next.search}`;
}

function urlOf(server: ReturnType<typeof createServer>): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${address}:${port}`;
}
