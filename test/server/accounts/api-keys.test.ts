import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { findUsableKeyByUid, findUsableKeys, touchKeys } from '../../../db/queries/api-keys.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import {
  createApiKey,
  isSecretOf,
  listApiKeys,
  type MadeApiKey,
  newestSigningKey,
  parseApiKey,
  revokeApiKey,
  rotateApiKey,
} from '../../../server/accounts/api-keys.ts';
import type { Services } from '../../../server/services.ts';
import type { NewApiKey } from '../../../shared/api-key.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';

const by = 'admin@example.test';

describe('API keys', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  const anAccount = async () => (await testAccount(services)).id;
  const create = (accountId: number, input: Partial<NewApiKey> = {}) =>
    createApiKey(services, accountId, { name: 'middleware', ...input }, by);
  const rotate = (accountId: number, uid: string, overlapHours?: number) =>
    rotateApiKey(services, accountId, uid, { overlapHours }, by);
  const statuses = async (accountId: number) => (await listApiKeys(services, accountId)).map(({ status }) => status);
  const refusalOf = (work: Promise<unknown>): Promise<AppError> =>
    work.then(
      () => expect.fail('it was not refused'),
      (error) => error,
    );

  async function isUsable({ uid, api_key: key }: MadeApiKey): Promise<boolean> {
    const { lookup = '', secretHash = Buffer.alloc(32) } = parseApiKey(key) ?? {};
    const { pool } = services.database;
    const [[found], byUid] = await Promise.all([findUsableKeys(pool, [lookup]), findUsableKeyByUid(pool, uid)]);
    expect(found?.uid).to.equal(byUid?.uid);
    return found !== undefined && isSecretOf(found, secretHash);
  }

  /** As if so much time had passed since. */
  const shift = (uid: string, column: 'expires_at' | 'retires_at') =>
    services.database.pool.query(`UPDATE api_key SET ${column} = NOW(3) - INTERVAL 1 SECOND WHERE uid = ?`, [
      Buffer.from(uid.replaceAll('-', ''), 'hex'),
    ]);

  it('are found by their lookup and proved by their secret', async () => {
    const { id, uid: accountUid } = await testAccount(services);
    const { api_key: key, uid } = await create(id, { scopes: ['read'] });
    expect(key).to.match(/^cqa_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$/);
    const parsed = parseApiKey(key);
    const [stored, ...others] = await findUsableKeys(services.database.pool, [parsed?.lookup ?? '', 'unknown']);
    expect(others).to.deep.equal([]);
    expect(stored).to.include({ uid, accountId: id, accountUid, name: 'middleware' });
    expect(stored?.scopes).to.deep.equal(['read']);
    if (!stored || !parsed) throw new Error('the key is not there');
    expect(isSecretOf(stored, parsed.secretHash)).to.equal(true);
    const other = parseApiKey(`${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`);
    expect(isSecretOf(stored, other?.secretHash ?? Buffer.alloc(32))).to.equal(false);
  });

  it('are told apart by the case of their letters', async () => {
    const { api_key: key } = await create(await anAccount());
    const lookup = parseApiKey(key)?.lookup ?? '';
    const swapped = lookup.replace(/[a-z]/i, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    expect(await findUsableKeys(services.database.pool, [swapped])).to.deep.equal([]);
  });

  it('are no key when the text is anything else', () => {
    const texts = ['', 'cqa_', 'cqa_short_x', `cqa_${'a'.repeat(12)}_${'b'.repeat(44)}`, ` cqa_${'a'.repeat(12)}_b`];
    for (const text of texts) expect(parseApiKey(text), text).to.equal(undefined);
  });

  it('are kept so that neither the key nor its signing secret can be read from the database', async () => {
    const { api_key: key, signing_secret: signingSecret } = await create(await anAccount());
    const [rows] = await services.database.pool.query<RowDataPacket[]>('SELECT * FROM api_key');
    const kept = rows.flatMap((row) =>
      Object.values(row).map((value) => Buffer.from(String(value)).toString('latin1')),
    );
    const secret = key.slice(17);
    for (const word of [secret, signingSecret, signingSecret.slice(6)])
      expect(kept.some((text) => text.includes(word))).to.equal(false);
    expect(signingSecret).to.match(/^whsec_[0-9A-Za-z]{43}$/);
  });

  it('are listed masked, those in use first', async () => {
    const account = await anAccount();
    const first = await create(account, { name: 'first' });
    await revokeApiKey(services, account, first.uid);
    const { uid, api_key: key } = await create(account, { name: 'second', expires_in_days: 30 });
    const [second, ended] = await listApiKeys(services, account);
    expect(second).to.deep.include({
      uid,
      name: 'second',
      status: 'active',
      masked_key: `${key.slice(0, 8)}…${key.slice(-4)}`,
      scopes: ['ingest', 'read'],
      created_by: by,
      last_used_at: null,
      retires_at: null,
    });
    const lifetime = Date.parse(second?.expires_at ?? '') - Date.parse(second?.created_at ?? '');
    expect(lifetime).to.equal(30 * 86_400_000);
    expect(ended).to.include({ name: 'first', status: 'revoked', expires_at: null });
  });

  it('are at most two active ones, and the refusal says what to do', async () => {
    const account = await anAccount();
    await create(account);
    await create(account);
    const refusal = await refusalOf(create(account));
    expect(refusal).to.be.instanceOf(AppError).with.property('code', 'conflict');
    expect(refusal.message)
      .to.match(/2 active keys/)
      .and.match(/Revoke one .* or rotate it/);
  });

  it('are never three, however many are asked for at the same time', async () => {
    const account = await anAccount();
    const results = await Promise.allSettled(Array.from({ length: 24 }, () => create(account)));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(2);
    expect(await statuses(account)).to.deep.equal(['active', 'active']);
  });

  it('are never three when rotating and creating race', async () => {
    const account = await anAccount();
    const { uid } = await create(account);
    const work = Array.from({ length: 12 }, (_, n) => (n % 2 ? create(account) : rotate(account, uid)));
    await Promise.allSettled(work);
    const ended = await statuses(account);
    expect(ended.filter((status) => status === 'active')).to.have.length(2);
    expect(ended.filter((status) => status === 'retiring')).to.have.length(1);
  });

  it('of other accounts do not count', async () => {
    for (const account of [await anAccount(), await anAccount()]) {
      await create(account);
      await create(account);
    }
  });

  it('make room when they are revoked, expire, or are rotated out', async () => {
    const account = await anAccount();
    const [a, b] = [await create(account), await create(account, { expires_in_days: 1 })];
    await revokeApiKey(services, account, a.uid);
    await create(account);
    await shift(b.uid, 'expires_at');
    const c = await create(account);
    await rotate(account, c.uid);
    expect(await statuses(account)).to.have.members(['active', 'active', 'retiring', 'expired', 'revoked']);
    await refusalOf(create(account));
  });

  it('end at once when they are revoked, and stay ended', async () => {
    const account = await anAccount();
    const made = await create(account);
    expect(await isUsable(made)).to.equal(true);
    await revokeApiKey(services, account, made.uid);
    await revokeApiKey(services, account, made.uid);
    expect(await isUsable(made)).to.equal(false);
  });

  it('go on for the overlap when they are rotated, with a key of the same name, scopes and lifetime beside them', async () => {
    const account = await anAccount();
    const old = await create(account, { name: 'crm', scopes: ['ingest'], expires_in_days: 90 });
    const made = await rotate(account, old.uid);
    expect(await isUsable(old)).to.equal(true);
    expect(await isUsable(made)).to.equal(true);
    const [key, retiring] = await listApiKeys(services, account);
    expect(key).to.include({ uid: made.uid, name: 'crm', status: 'active' });
    expect(key?.scopes).to.deep.equal(['ingest']);
    expect(Date.parse(key?.expires_at ?? '') - Date.parse(key?.created_at ?? '')).to.equal(90 * 86_400_000);
    expect(retiring).to.include({ uid: old.uid, status: 'retiring' });
    const overlapMs = Date.parse(retiring?.retires_at ?? '') - Date.parse(key?.created_at ?? '');
    expect(overlapMs).to.be.closeTo(24 * 3_600_000, 60_000);
    await shift(old.uid, 'retires_at');
    expect(await isUsable(old)).to.equal(false);
    expect(await isUsable(made)).to.equal(true);
  });

  it('end at once when they are rotated without an overlap', async () => {
    const account = await anAccount();
    const old = await create(account);
    await rotate(account, old.uid, 0);
    expect(await isUsable(old)).to.equal(false);
    expect(await statuses(account)).to.deep.equal(['active', 'expired']);
  });

  it('are rotated once: what has ended or is ending is refused in words', async () => {
    const account = await anAccount();
    const [retiring, revoked] = [await create(account), await create(account)];
    await rotate(account, retiring.uid);
    await revokeApiKey(services, account, revoked.uid);
    const expired = await create(account, { expires_in_days: 1 });
    await shift(expired.uid, 'expires_at');
    const words = { [retiring.uid]: /rotated out already/, [revoked.uid]: /is revoked/, [expired.uid]: /has expired/ };
    for (const [uid, pattern] of Object.entries(words)) {
      const refusal = await refusalOf(rotate(account, uid));
      expect(refusal).to.be.instanceOf(AppError).with.property('code', 'conflict');
      expect(refusal.message).to.match(pattern);
    }
  });

  it('are rotated out two at a time: a third rotation is refused in words until one of them has ended', async () => {
    const account = await anAccount();
    const first = await create(account);
    const second = await rotate(account, first.uid);
    const third = await rotate(account, second.uid);
    const refusal = await refusalOf(rotate(account, third.uid));
    expect(refusal).to.be.instanceOf(AppError).with.property('code', 'conflict');
    expect(refusal.message).to.match(/2 keys of this account are being rotated out.*Revoke one of those/);
    expect(await statuses(account)).to.deep.equal(['active', 'retiring', 'retiring']);
    await rotate(account, third.uid, 0);
    const [fourth] = await listApiKeys(services, account);
    await revokeApiKey(services, account, first.uid);
    await rotate(account, fourth?.uid ?? '');
    expect((await statuses(account)).filter((status) => status === 'retiring')).to.have.length(2);
  });

  it('are found by nobody but their account', async () => {
    const [own, other] = [await anAccount(), await anAccount()];
    const made = await create(own);
    for (const uid of [made.uid, uuidText(newId()), 'nonsense']) {
      expect(await refusalOf(revokeApiKey(services, other, uid))).to.have.property('code', 'not_found');
      expect(await refusalOf(rotate(other, uid))).to.have.property('code', 'not_found');
    }
    expect(await isUsable(made)).to.equal(true);
  });

  it('refuse wrong input with the field that is at fault', async () => {
    const account = await anAccount();
    const wrong: [Partial<NewApiKey>, string][] = [
      [{ name: ' ' }, 'name'],
      [{ name: 'x'.repeat(121) }, 'name'],
      [{ scopes: [] }, 'scopes'],
      [{ expires_in_days: 0 }, 'expires_in_days'],
    ];
    for (const [input, field] of wrong) expect(await refusalOf(create(account, input))).to.include({ field });
    const { uid } = await create(account);
    expect(await refusalOf(rotate(account, uid, -1))).to.include({ field: 'overlapHours' });
  });

  it('sign with the newest active one, never with one that is ending', async () => {
    const account = await anAccount();
    expect(await newestSigningKey(services, account)).to.equal(undefined);
    const first = await create(account);
    const second = await create(account);
    expect(await newestSigningKey(services, account)).to.deep.equal({ uid: second.uid, secret: second.signing_secret });
    await revokeApiKey(services, account, second.uid);
    expect(await newestSigningKey(services, account)).to.deep.equal({ uid: first.uid, secret: first.signing_secret });
    const third = await rotate(account, first.uid);
    expect(await newestSigningKey(services, account)).to.deep.equal({ uid: third.uid, secret: third.signing_secret });
  });

  it('remember when they were last used', async () => {
    const account = await anAccount();
    const { uid } = await create(account);
    const { pool } = services.database;
    const stored = await findUsableKeyByUid(pool, uid);
    const before = Date.now();
    await touchKeys(pool, [stored?.id ?? 0]);
    const [key] = await listApiKeys(services, account);
    expect(Date.parse(key?.last_used_at ?? '')).to.be.within(before - 1000, Date.now());
    expect(await findUsableKeyByUid(pool, 'nonsense')).to.equal(undefined);
  });
});
