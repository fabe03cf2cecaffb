import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRows } from './app-server-rows.ts';
import { KnownCalls } from './known-calls.ts';
import { Refusal } from './refusal.ts';
import { VoiceLogServer } from './voice-log-server.ts';

/** A local ECC 4x by what is publicly known of it: both voice-log APIs, the archiver, and an app server of its own. */
export class EccServer {
  readonly requests: string[] = [];
  readonly calls = new KnownCalls();
  readonly voiceLog = new VoiceLogServer(this.calls);
  /** Called for each request; an answer of its own ends it. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  #server = createServer((request, response) => void this.#guarded(request, response));
  #frozen: Promise<void> | undefined;
  #thaw: () => void = () => undefined;
  #dropNext = false;

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
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

  /** The next answer with rows breaks off. */
  dropMiddle(): void {
    this.#dropNext = true;
  }

  async stop(): Promise<void> {
    this.thaw();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #guarded(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    await this.#frozen;
    try {
      if (this.intercept?.(request, response)) return;
      await this.#answer(request, response);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      response.writeHead(thrown.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(thrown.body));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname === '/rows/v1/calls') return this.#rows(request, url, response);
    if (await this.voiceLog.answer(request, url, response)) return;
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>no such page</body></html>');
  }

  #rows(request: IncomingMessage, url: URL, response: ServerResponse): void {
    const { rows, text } = answerRows(this.calls, request, url);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    if (!this.#dropNext || rows === 0) return void response.end(text);
    this.#dropNext = false;
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
  }
}
