import { expect } from 'chai';
import { createApiKey, type MadeApiKey, revokeApiKey } from '../../../server/accounts/api-keys.ts';
import { openAccessToken } from '../../../server/security/bearer.ts';
import { testAccount } from '../../harness/services.ts';
import { type Door, openDoor } from './door.ts';

interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

describe('POST /oauth/token', () => {
  let door: Door;
  let account: { id: number; uid: string };
  let made: MadeApiKey;
  before(async () => {
    door = await openDoor();
    account = await testAccount(door.services);
    made = await createApiKey(door.services, account.id, { name: 'middleware' }, 'test');
  });
  after(() => door.close());

  const grant = { grant_type: 'client_credentials' };
  const inBody = () => ({ client_id: made.uid, client_secret: made.api_key });
  const basic = (id = made.uid, secret = made.api_key) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  });

  async function send(body: string | URLSearchParams, headers: Record<string, string> = {}): Promise<TokenAnswer> {
    const response = await fetch(`${door.url}/oauth/token`, { method: 'POST', body, headers });
    expect(response.headers.get('cache-control')).to.equal('no-store');
    return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer['body'] };
  }

  const ask = (form: Record<string, string>, headers?: Record<string, string>) =>
    send(new URLSearchParams(form), headers);

  it('gives a bearer token for credentials in the body', async () => {
    const { status, body } = await ask({ ...grant, ...inBody() });
    expect(status).to.equal(200);
    expect(body).to.include({ token_type: 'Bearer', expires_in: 900, scope: 'ingest read' });
    expect(await openAccessToken(door.services.keyring, String(body.access_token))).to.deep.equal({
      keyUid: made.uid,
      accountUid: account.uid,
      scopes: ['ingest', 'read'],
    });
  });

  it('gives one for HTTP Basic', async () => {
    expect(await ask(grant, basic())).to.include({ status: 200 });
    expect(await ask({ ...grant, client_id: made.uid }, basic())).to.include({ status: 200 });
  });

  it('narrows to the scopes that are asked for, and never widens', async () => {
    const narrow = await ask({ ...grant, ...inBody(), scope: 'read read' });
    expect(narrow.body).to.include({ scope: 'read' });
    const token = String(narrow.body.access_token);
    expect((await openAccessToken(door.services.keyring, token))?.scopes).to.deep.equal(['read']);
    for (const scope of ['write', 'read admin'])
      expect(await ask({ ...grant, ...inBody(), scope }))
        .to.deep.include({ status: 400 })
        .and.nested.include({
          'body.error': 'invalid_scope',
        });
  });

  it('refuses a client that does not prove itself, always in the same words', async () => {
    const other = await createApiKey(door.services, account.id, { name: 'other' }, 'test');
    await revokeApiKey(door.services, account.id, other.uid);
    const wrong: [Record<string, string>, Record<string, string>?][] = [
      [{ client_id: made.uid, client_secret: `${made.api_key.slice(0, -1)}!` }],
      [{ client_id: made.uid, client_secret: `${made.api_key.slice(0, -1)}${made.api_key.endsWith('a') ? 'b' : 'a'}` }],
      [{ client_id: other.uid, client_secret: made.api_key }],
      [{ client_id: other.uid, client_secret: other.api_key }],
      [{}, basic(made.uid, 'x')],
    ];
    const words = new Set<unknown>();
    for (const [form, headers] of wrong) {
      const { status, headers: answered, body } = await ask({ ...grant, ...form }, headers);
      expect(status).to.equal(401);
      expect(body.error).to.equal('invalid_client');
      expect(answered.get('www-authenticate')).to.match(/^Basic /);
      words.add(body.error_description);
    }
    expect(words.size).to.equal(1);
  });

  it('refuses credentials that are missing, unreadable, or sent twice', async () => {
    const token = { authorization: 'Bearer x' };
    const wrong: [Record<string, string>, Record<string, string>, string][] = [
      [{}, {}, 'invalid_client'],
      [{ client_id: made.uid }, {}, 'invalid_client'],
      [{}, token, 'invalid_client'],
      [{}, { authorization: 'Basic !!!' }, 'invalid_client'],
      [inBody(), basic(), 'invalid_request'],
      [{ client_id: account.uid }, basic(), 'invalid_request'],
    ];
    for (const [form, headers, code] of wrong)
      expect((await ask({ ...grant, ...form }, headers)).body.error).to.equal(code);
  });

  it('refuses other grants, a missing one, and parameters given twice', async () => {
    expect((await ask({ grant_type: 'password', ...inBody() })).body.error).to.equal('unsupported_grant_type');
    expect((await ask(inBody())).body.error).to.equal('invalid_request');
    const twice = new URLSearchParams({ ...grant, ...inBody() });
    twice.append('grant_type', 'client_credentials');
    expect(await send(twice)).to.nested.include({ status: 400, 'body.error': 'invalid_request' });
  });

  it('refuses what is no form, more than 16 KB, and other methods', async () => {
    const json = { 'content-type': 'application/json' };
    expect(await send(JSON.stringify({ ...grant, ...inBody() }), json)).to.nested.include({
      status: 400,
      'body.error': 'invalid_request',
    });
    expect(await ask({ ...grant, client_secret: 'x'.repeat(17_000) })).to.nested.include({
      status: 413,
      'body.error': 'invalid_request',
    });
    const get = await fetch(`${door.url}/oauth/token`, { headers: { accept: 'text/html' } });
    expect(get.status).to.equal(405);
    expect(get.headers.get('allow')).to.equal('POST');
  });

  it('gives nothing more for a key from the moment it is revoked', async () => {
    const own = await testAccount(door.services);
    const key = await createApiKey(door.services, own.id, { name: 'short' }, 'test');
    const credentials = { client_id: key.uid, client_secret: key.api_key };
    expect(await ask({ ...grant, ...credentials })).to.include({ status: 200 });
    await revokeApiKey(door.services, own.id, key.uid);
    expect(await ask({ ...grant, ...credentials })).to.include({ status: 401 });
  });
});
