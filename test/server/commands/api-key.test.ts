import { expect } from 'chai';
import { findUsableKeys } from '../../../db/queries/api-keys.ts';
import { isSecretOf, parseApiKey } from '../../../server/accounts/api-keys.ts';
import type { Services } from '../../../server/services.ts';
import { cqa, typed } from '../../harness/cqa.ts';
import { databaseUrlOf } from '../../harness/database.ts';
import { testAccount, testSecretKey, testServices } from '../../harness/services.ts';

interface Made {
  api_key_id: string;
  api_key: string;
  signing_secret: string;
}

interface Listed {
  keys: { api_key_id: string; name: string; status: string; masked_key: string; scopes: string[] }[];
}

describe('cqa api-key and cqa account', () => {
  let services: Services;
  let account: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    services = await testServices();
    account = (await testAccount(services)).uid;
    environment = {
      ...process.env,
      DATABASE_URL: databaseUrlOf(services.database.address),
      CQA_DATA_DIR: services.config.dataDir,
      CQA_SECRET_KEY: testSecretKey,
    };
  });
  after(() => services.close());

  const run = (...words: string[]) => typed(environment, ...words);
  const json = <T>(...words: string[]) => cqa<T>(environment, ...words, '--account', account);

  async function isUsable({ api_key: key }: Made): Promise<boolean> {
    const parsed = parseApiKey(key);
    const [stored] = await findUsableKeys(services.database.pool, [parsed?.lookup ?? '']);
    return stored !== undefined && parsed !== undefined && isSecretOf(stored, parsed.secretHash);
  }

  it('make, list, rotate and revoke keys', async () => {
    const made = await json<Made>('api-key', 'create', '--name', 'crm', '--scope', 'ingest', '--expires-in-days', '30');
    expect(made.signing_secret).to.match(/^whsec_/);
    expect(await isUsable(made)).to.equal(true);
    const next = await json<Made>('api-key', 'rotate', '--key', made.api_key_id, '--overlap-hours', '1');
    expect(await isUsable(made)).to.equal(true);
    expect(await isUsable(next)).to.equal(true);
    await json('api-key', 'revoke', '--key', made.api_key_id);
    expect(await isUsable(made)).to.equal(false);
    const { keys } = await json<Listed>('api-key', 'list');
    expect(keys.map(({ api_key_id, status }) => [api_key_id, status])).to.deep.equal([
      [next.api_key_id, 'active'],
      [made.api_key_id, 'revoked'],
    ]);
    expect(keys[0]).to.deep.include({ name: 'crm', scopes: ['ingest'] });
    expect(JSON.stringify(keys)).not.to.contain(next.api_key);
  });

  it('end with 2 for a scope that is none and a number that is none', async () => {
    for (const words of [
      ['--scope', 'all'],
      ['--expires-in-days', 'soon'],
    ])
      expect((await run('api-key', 'create', '--account', account, '--name', 'x', ...words)).status, words[0]).to.equal(
        2,
      );
  });

  it('set the account’s limits, take them away, and show them', async () => {
    const set = (...words: string[]) => json('account', 'set', ...words);
    await set('--ingest-per-minute', '600', '--daily-cap', '50', '--webhooks', 'off', '--s3-bucket', 'a-calls');
    const shown = { ingest_per_minute: 600, read_per_minute: null, daily_cap: 50, webhooks: false };
    expect(await json('account', 'show')).to.deep.include({ ...shown, account_id: account, s3_buckets: ['a-calls'] });
    await set('--ingest-per-minute', 'default', '--daily-cap', 'none', '--webhooks', 'on', '--s3-bucket', 'none');
    expect(await json('account', 'show')).to.deep.include({
      ...{ ingest_per_minute: null, daily_cap: null, monthly_cap: null, webhooks: true },
      s3_buckets: [],
    });
    expect((await run('account', 'set', '--account', account, '--daily-cap', 'many')).status).to.equal(2);
    expect((await run('account', 'set', '--account', account, '--ingest-per-minute', '0')).status).to.equal(2);
  });
});
