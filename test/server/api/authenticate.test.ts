import { expect } from 'chai';
import type { Request } from 'express';
import type { RowDataPacket } from 'mysql2/promise';
import { newId, uuidText } from '../../../db/uuid.ts';
import { createApiKey, revokeApiKey } from '../../../server/accounts/api-keys.ts';
import { openAuthentication } from '../../../server/api/authenticate.ts';
import { signAccessToken } from '../../../server/security/bearer.ts';
import type { Services } from '../../../server/services.ts';
import { apiClient } from '../../harness/api.ts';
import { eventually } from '../../harness/eventually.ts';
import { testServices } from '../../harness/services.ts';
import { ask, echo, type Frame, openFrame } from './frame.ts';

describe('who calls the API', () => {
  let services: Services;
  let frame: Frame;
  before(async () => {
    services = await testServices();
    const read = echo({ method: 'get', path: '/read', body: undefined, scope: 'read', operationId: 'read' });
    const root = echo({ method: 'get', path: '//root', body: undefined, scope: 'read', operationId: 'root' });
    frame = await openFrame(services, [echo(), read, root]);
  });
  after(async () => {
    await frame.close();
    await services.close();
  });

  it('is known by X-API-Key in any case of the header, with the account id in any case', async () => {
    const address = frame.base.replace(frame.account.uid, frame.account.uid.toUpperCase());
    const answer = await ask(`${address}/read`, { headers: { 'X-Api-KEY': ` ${frame.key} ` } });
    expect(answer.status).to.equal(200 + 1);
  });

  it('is known by a bearer token made from a key, which may do no more than both', async () => {
    const { keyring } = services;
    const claims = { keyUid: frame.keyUid, accountUid: frame.account.uid };
    const { token } = await signAccessToken(keyring, { ...claims, scopes: ['read'] });
    const bearer = { authorization: `Bearer ${token}` };
    expect((await ask(`${frame.base}/read`, { headers: bearer })).status).to.equal(201);
    const refused = await ask(`${frame.base}/echo`, { method: 'POST', body: '{}', headers: bearer });
    expect([refused.status, refused.code]).to.deep.equal([403, 'FORBIDDEN']);
    expect(refused.message).to.include('"ingest"');
  });

  it('may call a path without an account by the key alone', async () => {
    expect((await ask(`${frame.url}/root`, { headers: { 'x-api-key': frame.key } })).status).to.equal(201);
    expect((await ask(`${frame.url}/root`, {})).status).to.equal(401);
  });

  it('is told the same whatever is wrong', async () => {
    const other = await apiClient(services);
    const lookup = frame.key.split('_')[1];
    const { token } = await signAccessToken(services.keyring, {
      keyUid: other.keyUid,
      accountUid: other.account.uid,
      scopes: ['read'],
    });
    const wrong: [what: string, account: string, headers: Record<string, string>][] = [
      ['no key', frame.account.uid, {}],
      ['an empty key', frame.account.uid, { 'x-api-key': '' }],
      ['no key at all', frame.account.uid, { 'x-api-key': 'nonsense' }],
      ['an unknown key', frame.account.uid, { 'x-api-key': `cqa_${'A'.repeat(12)}_${'B'.repeat(43)}` }],
      ['a known key with another secret', frame.account.uid, { 'x-api-key': `cqa_${lookup}_${'B'.repeat(43)}` }],
      ['another account’s key', frame.account.uid, { 'x-api-key': other.key }],
      ['another account’s token', frame.account.uid, { authorization: `Bearer ${token}` }],
      ['a key as a token', frame.account.uid, { authorization: `Bearer ${frame.key}` }],
      ['basic', frame.account.uid, { authorization: `Basic ${btoa(`x:${frame.key}`)}` }],
      ['an unknown account', uuidText(newId()), { 'x-api-key': frame.key }],
      ['no account id', 'nonsense', { 'x-api-key': frame.key }],
    ];
    const told = new Set<string>();
    for (const [what, account, headers] of wrong) {
      const answer = await ask(`${frame.url}/cqa/api/v1/accounts/${account}/read`, { headers });
      expect([answer.status, answer.code], what).to.deep.equal([401, 'UNAUTHORIZED']);
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="cqa"');
      told.add(answer.message);
    }
    expect(told.size).to.equal(1);
  });

  it('is nobody at once when the key is revoked, expired or retired, and so is its token', async () => {
    const client = await apiClient(services);
    const ended: [string, string][] = [
      ['expires_at', 'NOW(3)'],
      ['retires_at', 'NOW(3)'],
      ['revoked_at', 'NOW(3)'],
    ];
    const { token } = await signAccessToken(services.keyring, {
      keyUid: client.keyUid,
      accountUid: client.account.uid,
      scopes: ['read'],
    });
    const address = `${frame.url}/cqa/api/v1/accounts/${client.account.uid}/read`;
    const statuses = async () => [
      (await ask(address, { headers: { 'x-api-key': client.key } })).status,
      (await ask(address, { headers: { authorization: `Bearer ${token}` } })).status,
    ];
    const { pool } = services.database;
    for (const [column, value] of ended) {
      expect(await statuses()).to.deep.equal([201, 201]);
      await pool.query(`UPDATE api_key SET ${column} = ${value} WHERE account_id = ?`, [client.account.id]);
      expect(await statuses(), column).to.deep.equal([401, 401]);
      await pool.query(`UPDATE api_key SET ${column} = NULL WHERE account_id = ?`, [client.account.id]);
    }
    await revokeApiKey(services, client.account.id, client.keyUid);
    expect(await statuses()).to.deep.equal([401, 401]);
  });

  it('needs the scope of the call', async () => {
    const made = await createApiKey(services, frame.account.id, { name: 'reader', scopes: ['read'] }, 'test');
    const key = { 'x-api-key': made.api_key };
    expect((await frame.get('/read', key)).status).to.equal(201);
    const refused = await frame.post('/echo', '{}', key);
    expect([refused.status, refused.code]).to.deep.equal([403, 'FORBIDDEN']);
    expect(refused.message).to.include('"reader"').and.to.include('"ingest"');
  });

  it('is looked up together with those who call at the same moment', async () => {
    let queries = 0;
    const { pool } = services.database;
    const counting = new Proxy(pool, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (name !== 'query') return typeof member === 'function' ? member.bind(target) : member;
        return (sql: string, values: unknown[]) => {
          if (sql.includes('FROM api_key')) queries += 1;
          return target.query(sql, values);
        };
      },
    });
    const client = await apiClient(services);
    const authenticate = openAuthentication({ ...services, database: { ...services.database, pool: counting } });
    const request = { headers: { 'x-api-key': client.key } } as unknown as Request;
    const callers = await Promise.all(Array.from({ length: 64 }, () => authenticate(request, client.account.uid)));
    expect(callers.every(({ key }) => key.uid === client.keyUid)).to.equal(true);
    expect(queries).to.equal(1);
  });

  it('leaves a note when a key was last used, not more than once a minute', async () => {
    const client = await apiClient(services);
    const { pool } = services.database;
    const address = `${frame.url}/cqa/api/v1/accounts/${client.account.uid}/read`;
    const used = async () => {
      const [rows] = await pool.query<RowDataPacket[]>('SELECT last_used_at FROM api_key WHERE account_id = ?', [
        client.account.id,
      ]);
      return rows[0]?.last_used_at as Date | null;
    };
    expect(await used()).to.equal(null);
    await ask(address, { headers: { 'x-api-key': client.key } });
    const first = await eventually('the note', async () => (await used()) ?? undefined);
    await ask(address, { headers: { 'x-api-key': client.key } });
    expect(await used()).to.deep.equal(first);
  });
});
