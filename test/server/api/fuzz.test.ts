import { expect } from 'chai';
import { type ApiServer, apiServer } from '../../harness/api.ts';
import { findSchemathesis, fuzz } from '../../harness/schemathesis.ts';
import { testServices } from '../../harness/services.ts';

/** The same requests every time, and few; `npm run bench fuzz` makes many, and others each time. */
const seed = 20261121;
const examples = 8;

describe('a fuzz of every endpoint by the OpenAPI document', () => {
  let api: ApiServer;
  before(async () => {
    const services = await testServices({ rateLimit: 'off' });
    api = await apiServer(services);
  });
  after(async () => {
    await api.close();
    await api.services.close();
  });

  it('finds no failure of the server and no answer outside the document', async function () {
    const found = await findSchemathesis();
    if ('missing' in found) {
      console.log(`      skipped: ${found.missing}`);
      return this.skip();
    }
    const target = { url: api.url, accountId: api.account.uid, key: api.key };
    const { code, output } = await fuzz(found.program, target, { examples, seed });
    expect(code, output).to.equal(0);
  });
});
