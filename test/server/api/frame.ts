import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { z } from 'zod';
import { type Endpoint, type EndpointFacts, endpoint } from '../../../server/api/endpoint.ts';
import { api } from '../../../server/api/router.ts';
import type { Services } from '../../../server/services.ts';
import { type ApiClient, apiClient } from '../../harness/api.ts';

/** The frame of the API around endpoints of a test's own. */
export interface Frame extends ApiClient {
  url: string;
  base: string;
  post(path: string, body: RequestInit['body'], headers?: Record<string, string>): Promise<FrameAnswer>;
  get(path: string, headers?: Record<string, string>): Promise<FrameAnswer>;
  close(): Promise<void>;
}

export interface FrameAnswer {
  status: number;
  headers: Headers;
  code: string | undefined;
  message: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a test's endpoint gives
  json: any;
}

export async function openFrame(services: Services, endpoints: Endpoint[], client?: ApiClient): Promise<Frame> {
  const app = express();
  app.use(api({ services, wake: () => undefined, endpoints }));
  const server: Server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = client ?? (await apiClient(services));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = `${url}/cqa/api/v1/accounts/${own.account.uid}`;
  const key = { 'x-api-key': own.key };
  return {
    ...own,
    url,
    base,
    post: (path, body, headers) =>
      ask(base + path, { method: 'POST', body: body ?? null, headers: { ...key, ...headers } }),
    get: (path, headers) => ask(base + path, { headers: { ...key, ...headers } }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export async function ask(address: string, init: RequestInit): Promise<FrameAnswer> {
  const { body } = init;
  const response = await fetch(address, {
    ...init,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);
  const text = await response.text();
  const json = text === '' ? {} : JSON.parse(text);
  return { status: response.status, headers: response.headers, code: json.error?.code, message: json.message, json };
}

/** An endpoint that gives back what it was given. */
export function echo(more: Partial<EndpointFacts<unknown, unknown, unknown, unknown>> = {}): Endpoint {
  return endpoint({
    method: 'post',
    path: '/echo',
    operationId: 'echo',
    tag: 'Ingress',
    summary: 'Echo',
    scope: 'ingest',
    allowance: 'ingest',
    errors: [],
    body: z.unknown(),
    answer: { status: 201, description: 'The same.', data: z.unknown() },
    handle: async ({ body, params, query }) => ({ data: { body, params, query } }),
    ...more,
  });
}

/** Speaks HTTP by hand, for requests that no client would make; gives what came back until the other side closed. */
export async function speak(
  url: string,
  say: (write: (text: string | Buffer) => boolean, drained: () => Promise<unknown>) => Promise<void> | void,
): Promise<{ text: string; bytesSent: number }> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // Never, once it is closed: whoever waits for it is not waited for then.
  const drained = () => new Promise((resolve) => socket.once('drain', resolve));
  await Promise.race([say((chunk) => !socket.destroyed && socket.write(chunk), drained), closed]);
  await closed;
  return { text, bytesSent: socket.bytesWritten };
}
