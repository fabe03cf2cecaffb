import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { parseJson } from '../../http/json.ts';

/** What a sign-in was answered with. */
export interface LoginAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/**
 * The session that a sign-in was answered with: in its JSON, an object `data` or `response` in that, or the header
 * SessionId. Installations differ in how they write its name. Throws `protocol_error`, which tells nothing of the answer.
 */
export function sessionIn({ status, headers, text }: LoginAnswer, url: URL): string {
  try {
    return parseJson(loginSchema, text, { url, status }, { isSecret: true });
  } catch (thrown) {
    const { sessionid } = headers;
    if (typeof sessionid === 'string' && sessionid !== '') return sessionid;
    throw thrown;
  }
}

const loginSchema = z.unknown().transform((answer, context): string => {
  const session =
    ownSessionIn(answer) ?? ownSessionIn(valueIn(answer, 'data')) ?? ownSessionIn(valueIn(answer, 'response'));
  if (session !== undefined) return session;
  context.addIssue({ code: 'custom', message: 'no sessionId in it' });
  return z.NEVER;
});

const names = ['sessionId', 'SessionId', 'sessionid', 'session_id'];

function ownSessionIn(value: unknown): string | undefined {
  const found = names
    .map((name) => valueIn(value, name))
    .find((session) => typeof session === 'string' && session !== '');
  return typeof found === 'string' ? found : undefined;
}

function valueIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
