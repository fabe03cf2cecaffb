import { z } from 'zod';
import { AppError, type AppErrorOptions } from '../../../shared/error.ts';
import { type FailedAnswer, statusFailure } from '../http/status.ts';

/** What the API writes about a failure; `oauth/token` has `error` and `description` instead. */
const errorSchema = z.object({
  message: z.string().optional(),
  code: z.string().optional(),
  contextId: z.string().optional(),
  error: z.string().optional(),
  description: z.string().optional(),
  error_description: z.string().optional(),
});

/** What each part of the API wants the OAuth client's roles to hold. */
const permissions: [RegExp, string][] = [
  [/\/analytics\/conversations\//, 'analytics:conversationDetail:view'],
  [/\/recording(\/|s|metadata)/, 'recording:recording:view'],
  [/\/routing\/queues/, 'routing:queue:view'],
  [/\/routing\/wrapupcodes/, 'routing:wrapupCode:view'],
];

/** What Genesys itself says, and the number under which its support finds the request. */
function quoted({ text, headers }: FailedAnswer): string {
  const said = errorIn(text);
  const words = said.message ?? said.description ?? said.error_description;
  const code = said.code ?? said.error;
  const parts = [words && `"${words.slice(0, 300)}"`, code && `(${code.slice(0, 100)})`].filter(Boolean);
  const id = headers['inin-correlation-id'] ?? said.contextId;
  const quote = parts.length === 0 ? '' : ` Genesys says: ${parts.join(' ')}.`;
  return id === undefined ? quote : `${quote} Correlation ID: ${String(id).slice(0, 100)}.`;
}

function errorIn(text: string): z.infer<typeof errorSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // An HTML page of a proxy has nothing to quote.
    return {};
  }
  return errorSchema.safeParse(value).data ?? {};
}

/** A failed answer of the API, in words. */
export function apiFailure(answer: FailedAnswer): AppError {
  const { status, url } = answer;
  switch (status) {
    case 401:
      return as(answer, `${url.host} refused the access token.`, 'client_secret');
    case 403:
      return as(answer, refused(url), 'client_id');
    case 400:
      return as(answer, `${url.host} did not take the request (400).`);
    default:
      return as(answer, statusFailure(answer).message);
  }
}

function refused({ host, pathname }: URL): string {
  const [, permission] = permissions.find(([path]) => path.test(pathname)) ?? [];
  const what = permission ? `the permission ${permission}` : `a permission for ${pathname}`;
  return `${host} knows the OAuth client, but it lacks ${what} (403). Give it a role with that permission, for the divisions that the calls are in.`;
}

/** A refused sign-in: Genesys answers 400 as well as 401 to wrong credentials. */
export function signInFailure(answer: FailedAnswer): AppError {
  const { status, url, text } = answer;
  const usual = statusFailure(answer);
  if (![400, 401, 403].includes(status)) return as(answer, usual.message);
  const isUnknown = /client not found/i.test(text);
  const advice = isUnknown
    ? 'Check the client ID and the region: each region knows its own clients alone.'
    : 'Copy client ID and client secret again, and check that the client has the grant type Client Credentials and is in this region.';
  return new AppError(
    'sign_in_refused',
    `${url.host} refused the OAuth client (${status}). ${advice}${quoted(answer)}`,
    {
      cause: usual.cause,
      field: isUnknown ? 'client_id' : 'client_secret',
    },
  );
}

function as(answer: FailedAnswer, message: string, field?: string): AppError {
  const { code, cause, retryAfterSeconds } = statusFailure(answer);
  const options: AppErrorOptions = { cause, retryAfterSeconds, ...(field === undefined ? {} : { field }) };
  return new AppError(code, `${message}${quoted(answer)}`, options);
}
