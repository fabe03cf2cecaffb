import { expect } from 'chai';
import { setAccount } from '../../../server/accounts/accounts.ts';
import { testAccount } from '../../harness/services.ts';
import { type Door, openDoor, pageHtml } from './door.ts';

describe('the pages', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  const get = (path: string, accept = 'text/html') => fetch(`${door.url}${path}`, { headers: { accept } });
  const policyOf = (response: Response) => response.headers.get('content-security-policy') ?? '';

  async function framed(origins: string[]) {
    const account = await testAccount(door.services);
    await setAccount(door.services, account.uid, { frameOrigins: origins });
    return { uid: account.uid, response: await get(`/embed?account=${account.uid}`) };
  }

  it('are the console at every address of its own, and may be framed by nobody', async () => {
    for (const path of ['/', '/executions', '/interactions/0190?tab=1']) {
      const response = await get(path);
      expect(response.status).to.equal(200);
      expect(await response.text()).to.equal(pageHtml);
      expect(policyOf(response)).to.contain("frame-ancestors 'none'");
      expect(response.headers.get('x-frame-options')).to.equal('DENY');
    }
  });

  it('run no script but their own', async () => {
    expect(policyOf(await get('/'))).to.contain("script-src 'self';");
  });

  it("may be framed at /embed by the account's own origins and no other", async () => {
    const one = await framed(['https://ecc.customer.test', 'http://localhost:8080']);
    const other = await framed(['https://elsewhere.test']);
    expect(policyOf(one.response)).to.match(/frame-ancestors https:\/\/ecc\.customer\.test http:\/\/localhost:8080$/);
    expect(policyOf(other.response)).to.match(/frame-ancestors https:\/\/elsewhere\.test$/);
    expect(one.response.headers.get('x-frame-options')).to.equal(null);
  });

  it('may be framed by nobody where the account has no origins', async () => {
    const { response } = await framed([]);
    expect(policyOf(response)).to.contain("frame-ancestors 'none'");
    expect(response.headers.get('x-frame-options')).to.equal('DENY');
  });

  it('are told at /embed whose they are and which hosts to trust', async () => {
    const { uid, response } = await framed(['https://ecc.customer.test']);
    const text = /<script type="application\/json" id="cqa-frame">(.*?)<\/script>/.exec(await response.text())?.[1];
    expect(JSON.parse(text ?? '')).to.deep.equal({ account: uid, origins: ['https://ecc.customer.test'] });
    expect(response.headers.get('cache-control')).to.equal('no-store');
  });

  it('take nothing from the address or the database into the page or its headers unchecked', async () => {
    const account = await testAccount(door.services);
    const nasty = ['https://a.test; script-src *', '</script><script>alert(1)</script>', 'https://b.test'];
    await door.services.database.pool.query('UPDATE account SET frame_origins = ? WHERE id = ?', [
      JSON.stringify(nasty),
      account.id,
    ]);
    const response = await get(`/embed?account=${account.uid}`);
    expect(policyOf(response)).to.match(/frame-ancestors https:\/\/b\.test$/);
    expect(await response.text()).not.to.contain('alert');
    const wrong = await get(`/embed?account=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(wrong.status).to.equal(400);
    expect(await wrong.text()).not.to.contain('alert');
  });

  it('say so where there is no such account', async () => {
    const response = await get('/embed?account=01900000-0000-7000-8000-000000000000');
    expect(response.status).to.equal(404);
    expect(policyOf(response)).to.contain("frame-ancestors 'none'");
  });

  it('have scripts that a host page and a sandboxed frame may load', async () => {
    for (const path of ['/embed.js', '/assets/main-1a2b.js']) {
      const response = await get(path, '*/*');
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.match(/javascript/);
      expect(response.headers.get('cross-origin-resource-policy')).to.equal('cross-origin');
      expect(response.headers.get('access-control-allow-origin')).to.equal('*');
      expect(response.headers.get('x-frame-options')).to.equal('DENY');
    }
    expect((await get('/assets/main-1a2b.js')).headers.get('cache-control')).to.match(/immutable/);
    expect((await get('/embed.js')).headers.get('cache-control')).not.to.match(/immutable/);
  });

  it('are all there is of the folder they are built into', async () => {
    for (const path of ['/settings.test.js', '/assets/..%2fsettings.test.js', '/assets/none.js', '/cqa/api/none'])
      expect((await get(path, 'application/json')).status, path).to.be.oneOf([400, 403, 404]);
  });
});

describe('a program that knows its public address is https', () => {
  it('tells browsers to stay with it', async () => {
    const door = await openDoor({ publicUrl: 'https://cqa.example.test' });
    const response = await fetch(door.url);
    expect(response.headers.get('strict-transport-security')).to.match(/max-age=31536000/);
    await door.close();
  });
});
