import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router, text } from 'express';
import { findUsableKeys, type StoredKey } from '../../db/queries/api-keys.ts';
import type { Scope } from '../../shared/api-key.ts';
import { isSecretOf, parseApiKey } from '../accounts/api-keys.ts';
import { signAccessToken } from '../security/bearer.ts';
import type { Services } from '../services.ts';

const longestBodyBytes = 16 * 1024;
const formType = 'application/x-www-form-urlencoded';

/** RFC 6749, section 5.2. */
type OauthCode = 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope';

class OauthError extends Error {
  readonly code: OauthCode;
  readonly status: number;

  constructor(code: OauthCode, message: string, status = code === 'invalid_client' ? 401 : 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * POST /oauth/token: client credentials (RFC 6749, section 4.4). The client's id is a key's id and its secret the key;
 * the answer is a bearer token for a quarter of an hour, which is accepted wherever the key is.
 */
export function oauth(services: Services): Router {
  const router = Router();
  router.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Pragma', 'no-cache');
    next();
  });
  router.post('/', text({ type: formType, limit: longestBodyBytes }), giveToken(services));
  router.all('/', (_request, response) => {
    response.setHeader('Allow', 'POST');
    throw new OauthError('invalid_request', 'Send a POST request.', 405);
  });
  router.use(refusals);
  return router;
}

function giveToken(services: Services): RequestHandler {
  return async (request, response) => {
    const form = formOf(request);
    const credentials = credentialsOf(request, form);
    requireGrant(form);
    const key = await clientOf(services, credentials);
    const scopes = narrowed(key, form.get('scope'));
    const { uid: keyUid, accountUid } = key;
    const { token, expiresIn } = await signAccessToken(services.keyring, { keyUid, accountUid, scopes });
    response.json({ access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope: scopes.join(' ') });
  };
}

function formOf(request: Request): URLSearchParams {
  if (typeof request.body !== 'string')
    throw new OauthError('invalid_request', `Send the parameters as ${formType} in the body.`);
  const form = new URLSearchParams(request.body);
  for (const name of form.keys())
    if (form.getAll(name).length > 1) throw new OauthError('invalid_request', 'A parameter is given more than once.');
  return form;
}

function requireGrant(form: URLSearchParams): void {
  const grant = form.get('grant_type');
  if (!grant) throw new OauthError('invalid_request', 'grant_type is missing: send client_credentials.');
  if (grant !== 'client_credentials')
    throw new OauthError('unsupported_grant_type', 'Only the grant type client_credentials is known here.');
}

interface Credentials {
  id: string;
  secret: string;
}

/** By HTTP Basic or in the body; by both at once is refused, as the RFC demands. */
function credentialsOf({ headers }: Request, form: URLSearchParams): Credentials {
  const { authorization } = headers;
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (authorization === undefined) {
    if (id && secret) return { id, secret };
    throw new OauthError('invalid_client', "Send the key's id as client_id and the key as client_secret.");
  }
  if (secret !== null)
    throw new OauthError(
      'invalid_request',
      'Send the credentials in the Authorization header or in the body, not both.',
    );
  const basic = basicOf(authorization);
  if (id !== null && id !== basic.id)
    throw new OauthError('invalid_request', 'client_id in the body is not the one in the Authorization header.');
  return basic;
}

/** Both halves are form-encoded within it (RFC 6749, section 2.3.1). */
function basicOf(authorization: string): Credentials {
  const [scheme, encoded = ''] = authorization.split(' ');
  const [id, secret, ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  if (scheme?.toLowerCase() !== 'basic' || !id || !secret || rest.length > 0)
    throw new OauthError('invalid_client', "The Authorization header must be Basic, of the key's id and the key.");
  return { id: formDecoded(id), secret: formDecoded(secret) };
}

function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? '';
}

async function clientOf({ database }: Services, { id, secret }: Credentials): Promise<StoredKey> {
  const given = parseApiKey(secret);
  const [key] = given ? await findUsableKeys(database.pool, [given.lookup]) : [];
  // One refusal for all: which part was wrong, or whether the key has ended, is nobody's business.
  if (!given || !key || !isSecretOf(key, given.secretHash) || key.uid !== id.toLowerCase())
    throw new OauthError(
      'invalid_client',
      'The credentials are not valid: client_id is the id of an API key, client_secret the key. It may be revoked or expired.',
    );
  return key;
}

/** What is asked for, which may be less than the key may do and never more. */
function narrowed(key: StoredKey, asked: string | null): Scope[] {
  const names = (asked ?? '').split(' ').filter(Boolean);
  if (names.length === 0) return key.scopes;
  const granted = key.scopes.filter((scope) => names.includes(scope));
  if (granted.length !== new Set(names).size)
    throw new OauthError('invalid_scope', `This key has the scopes: ${key.scopes.join(' ')}.`);
  return granted;
}

const refusals: ErrorRequestHandler = (thrown, _request, response, next) => {
  if (thrown instanceof OauthError) refuse(response, thrown);
  else if (isUnreadable(thrown))
    refuse(response, new OauthError('invalid_request', 'The body is too large or cannot be read.', thrown.status));
  else next(thrown);
};

/** Express's parsers throw errors that carry a status; those below 500 are the caller's. */
function isUnreadable(thrown: unknown): thrown is { status: number } {
  const status = (thrown as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500;
}

function refuse(response: Response, { status, code, message }: OauthError): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="CQA Standard API", charset="UTF-8"');
  response.status(status).json({ error: code, error_description: message });
}
