import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUser } from '../../../server/accounts/users.ts';
import type { Config } from '../../../server/config.ts';
import { openSession } from '../../../server/security/sessions.ts';
import type { Services } from '../../../server/services.ts';
import { startHttp } from '../../../server/web/start.ts';
import type { Role } from '../../../shared/configuration.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { testPassword, testServices } from '../../harness/services.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** What a procedure gave. */
  data: unknown;
  error: { message: string; data: { code: string; message: string; field?: string; trace_id: string } } | undefined;
}

export interface CallOptions {
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** The doors on a free port, over real services on a fresh database. */
export interface Door {
  services: Services;
  url: string;
  /** How often the workers were asked to look. */
  wakes(): number;
  query(path: string, input?: unknown, options?: CallOptions): Promise<Answer>;
  mutate(path: string, input?: unknown, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

export const pageHtml = '<!doctype html><html><head><title>Console</title></head><body></body></html>';

export async function openDoor(overrides: Partial<Config> = {}): Promise<Door> {
  const services = await testServices(overrides);
  let wakes = 0;
  const wake = () => {
    wakes += 1;
  };
  const server = await startHttp(services, { wake, port: 0, host: '127.0.0.1', widgetFolder: builtWidget() });
  return {
    services,
    url: server.url,
    wakes: () => wakes,
    query: (path, input, options) => get(`${server.url}/trpc/${path}${queryOf(input)}`, options),
    mutate: (path, input, options) => post(`${server.url}/trpc/${path}`, input, options),
    async close() {
      await server.close();
      await services.close();
    },
  };
}

function builtWidget(): string {
  const folder = scratchFolder('widget');
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), pageHtml);
  writeFileSync(join(folder, 'embed.js'), '"embed";');
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), '"main";');
  writeFileSync(join(folder, 'settings.test.js'), '"not for browsers";');
  return folder;
}

function queryOf(input: unknown): string {
  return input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
}

async function get(url: string, { token, headers }: CallOptions = {}): Promise<Answer> {
  return answerOf(await fetch(url, { headers: { ...bearer(token), ...headers } }));
}

async function post(url: string, input: unknown, { token, headers }: CallOptions = {}): Promise<Answer> {
  return answerOf(
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token), ...headers },
      ...(input === undefined ? {} : { body: JSON.stringify(input) }),
    }),
  );
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  if (response.headers.get('content-type') === 'text/event-stream') return refusedStream(response, text);
  const { result, error } = JSON.parse(text) as { result?: { data?: unknown }; error?: Answer['error'] };
  return { status: response.status, headers: response.headers, text, data: result?.data, error };
}

/** A stream has begun before its refusal is known, so the refusal is its first event. */
function refusedStream(response: Response, text: string): Answer {
  const refusal = text.split('\n').find((line) => line.startsWith('data: {"message"')) ?? '';
  const error = JSON.parse(refusal.slice('data: '.length)) as { data: { httpStatus: number } } & NonNullable<
    Answer['error']
  >;
  return { status: error.data.httpStatus, headers: response.headers, text, data: undefined, error };
}

let users = 0;

/** A new user of that account with a session. */
export async function signedInAs(services: Services, accountId: number, role: Role) {
  const email = `the.${role}${++users}@example.test`;
  const { id } = await createUser(services, accountId, { email, role, password: testPassword, verified: true });
  const { token } = await openSession(services, { accountId, userId: id, kind: 'embed' });
  return { id, email, token };
}
