import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type HostPage, startHostPage } from '../harness/host-page.ts';
import { type Product, startProduct } from '../harness/product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const email = 'admin@api.example';
const password = 'long enough!';
const keyPattern = /^cqa_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$/;
const sizes = [
  { width: 360, height: 740 },
  { width: 900, height: 600 },
];

interface Made {
  key: string;
  signingSecret: string;
  uid: string;
}

describe('API Access', () => {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let account: string;
  let receiver: Receiver;

  before(async () => {
    [product, browser, receiver] = await Promise.all([
      startProduct({ dataDir: scratchFolder('product') }),
      startBrowser(),
      startReceiver(),
    ]);
    const words = ['--name', 'Api', '--admin-email', email, '--admin-password', password, '--console'];
    account = (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await receiver?.stop();
  });

  let cookies: Awaited<ReturnType<BrowserContext['cookies']>> | undefined;

  beforeEach(async () => {
    context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    context.setDefaultTimeout(15_000);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await enter();
  });

  afterEach(async () => {
    await context.close();
    expect(troubles.unexpected()).to.deep.equal([]);
  });

  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const dialog = () => page.locator('cqa-dialog');
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const generate = () => page.locator('cqa-api-access').getByRole('button', { name: 'Generate API key' }).first();
  const row = (text: string) => page.locator('cqa-api-keys tbody tr').filter({ hasText: text });

  /** Signs in by the form the first time; later the browser's own cookie does. */
  async function enter(address = '/api-access'): Promise<void> {
    if (cookies) await context.addCookies(cookies);
    await page.goto(product.url + address);
    if (!cookies) {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await button('Sign in').click();
    }
    await page.getByRole('heading', { name: 'API Access', exact: true }).waitFor();
    cookies ??= await context.cookies();
  }

  async function expectToFit(what: string): Promise<void> {
    for (const size of sizes) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width} × ${size.height}`).to.deep.equal([]);
    }
  }

  async function shownOnce(within: Page | FrameLocator | Locator = page): Promise<Made> {
    const once = within.locator('cqa-api-key-once');
    return {
      key: await once.getByLabel('API key', { exact: true }).inputValue(),
      signingSecret: await once.getByLabel('Signing secret', { exact: true }).inputValue(),
      uid: await once.getByLabel('Key id', { exact: true }).inputValue(),
    };
  }

  async function generateKey(name: string): Promise<Made> {
    await generate().click();
    await dialog().getByLabel('Name').fill(name);
    await dialog().getByRole('button', { name: 'Generate API key' }).click();
    const made = await shownOnce();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await button('Yes, they are stored').click();
    await row(name).first().waitFor();
    return made;
  }

  async function revoke(name: string): Promise<void> {
    await button(`Revoke ${name}`).click();
    await dialog().getByLabel('to confirm').fill(name);
    await button('Revoke key').click();
    await dialog().waitFor({ state: 'detached' });
  }

  const ask = (path: string, init?: RequestInit) => fetch(`${product.url}${path}`, init);
  const read = (headers: Record<string, string>) =>
    ask(`/cqa/api/v1/accounts/${account}/ingress/interactions/nothing`, { headers });

  async function tokenFor({ uid, key }: Made): Promise<{ status: number; token: string }> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: uid, client_secret: key });
    const response = await ask('/oauth/token', { method: 'POST', body });
    const { access_token: token = '' } = (await response.json()) as { access_token?: string };
    return { status: response.status, token };
  }

  it('teaches the first step while there is no key, and fits at 360 × 740 and 900 × 600', async () => {
    await page.getByText('No API key yet').waitFor();
    const line = await page.locator('cqa-api-access pre').innerText();
    expect(line).to.contain('/ingress/interactions').and.contain('X-API-Key').and.not.contain(account);
    await button('Copy this line').click();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.contain(`/v1/accounts/${account}/ingress/`);
    await expectToFit('without a key');
    await generate().click();
    await expectToFit('generating a key');
    await button('Cancel').click();
  });

  it('masks the account’s id until it is asked for, and copies it whole', async () => {
    const address = page.locator('cqa-api-address');
    await address.getByText(`${account.slice(0, 4)}…${account.slice(-4)}`, { exact: true }).waitFor();
    expect(await address.locator('dl').innerText()).not.to.contain(account);
    await address.locator('cqa-copy').first().getByRole('button').click();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(account);
    await address.getByRole('button', { name: 'Reveal' }).click();
    expect(await address.locator('dl').innerText()).to.contain(`/cqa/api/v1/accounts/${account}`);
    const [docs] = await Promise.all([
      context.waitForEvent('page'),
      address.getByRole('link', { name: 'Open the API page' }).click(),
    ]);
    await docs.waitForURL(/\/cqa\/api\/docs/);
    expect((await ask('/cqa/api/docs')).status).to.equal(200);
    await docs.close();
  });

  it('shows a key once, which works at once and is refused from the moment it is revoked', async () => {
    await generate().click();
    await dialog().getByRole('button', { name: 'Generate API key' }).click();
    await dialog().getByText('Give it a name').waitFor();
    await dialog().getByLabel('Name').fill('middleware');
    await page.keyboard.press('Enter');
    const made = await shownOnce();
    expect(made.key).to.match(keyPattern);
    expect(made.signingSecret).to.match(/^whsec_/);
    await dialog().getByText('You will not see these again').waitFor();
    await expectToFit('the key, shown once');
    await dialog().locator('cqa-copy').first().getByRole('button').click();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(made.key);

    for (const leave of ['Escape', 'Escape', 'Escape']) await page.keyboard.press(leave);
    await dialog().getByText('Have you stored the key').waitFor();
    await button('Not yet').click();
    expect(await shownOnce()).to.deep.equal(made);
    await dialog().getByRole('button', { name: 'Close' }).first().click();
    await expectToFit('the question before it is gone');
    await button('Yes, they are stored').click();
    await dialog().waitFor({ state: 'detached' });
    await row('middleware').getByText('Active').waitFor();
    expect(await page.locator('cqa-api-keys table').innerText())
      .to.contain(`${made.key.slice(0, 8)}…${made.key.slice(-4)}`)
      .and.not.contain(made.key);

    const { status, token } = await tokenFor(made);
    expect(status).to.equal(200);
    const headers: Record<string, string>[] = [{ 'x-api-key': made.key }, { authorization: `Bearer ${token}` }];
    for (const header of headers) expect((await read(header)).status).to.equal(404);

    await revoke('middleware');
    expect((await tokenFor(made)).status).to.equal(401);
    for (const header of headers) expect((await read(header)).status).to.equal(401);
    await row('middleware').getByText('Revoked').waitFor();
  });

  it('asks for the name before it revokes, and keeps the key when somebody turns back', async () => {
    await generateKey('kept');
    await button('Revoke kept').click();
    await expectToFit('revoking');
    expect(await button('Revoke key').isDisabled()).to.equal(true);
    await button('Keep it').click();
    await dialog().waitFor({ state: 'detached' });
    await button('Revoke kept').click();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'detached' });
    await row('kept').getByText('Active').waitFor();
  });

  it('makes no third key, says why, and rotates instead while the old key goes on', async () => {
    const made = await generateKey('second');
    await page.getByText('Two keys are active').waitFor();
    expect(await generate().isDisabled()).to.equal(true);
    await expectToFit('with two keys');
    await button('Rotate second').click();
    await dialog().getByLabel('The old key goes on for').selectOption('3 days');
    await expectToFit('rotating');
    await dialog().getByRole('button', { name: 'Rotate key' }).click();
    const next = await shownOnce();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await button('Yes, they are stored').click();
    await row('second').getByText('Rotating out').waitFor();
    expect(next.key).to.match(keyPattern).and.not.equal(made.key);
    for (const key of [made, next]) expect((await tokenFor(key)).status).to.equal(200);
    await revoke('kept');
    await row('kept').getByText('Revoked').waitFor();
    expect(await generate().isDisabled()).to.equal(false);
  });

  it('lists what webhooks told, with every answer, and sends one again', async () => {
    const { key } = await generateKey('sender');
    receiver.answer(400, 'not today');
    const sent = await ask(`/cqa/api/v1/accounts/${account}/ingress/interactions`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({
        external_interaction_id: 'hook-1',
        channel_type: 'CHAT',
        transcript_text: 'Agent: Hello\nCustomer: Hello',
        callback_url: receiver.url,
      }),
    });
    expect(sent.status, await sent.text()).to.equal(201);
    const ingested = page.locator('cqa-webhooks tbody tr').filter({ hasText: 'INTERACTION_INGESTED' });
    await ingested.getByText('Failed').waitFor();
    await ingested.getByText('400', { exact: true }).waitFor();
    await expectToFit('with webhooks');

    await ingested.getByRole('button', { name: 'INTERACTION_INGESTED' }).click();
    await dialog().getByText('not today').waitFor();
    expect(await dialog().getByLabel('Payload').innerText()).to.contain('"externalInteractionId": "hook-1"');
    await expectToFit('a webhook');
    receiver.answer(200, 'thanks');
    await button('Send again').click();
    await dialog().getByText('Answered 200').waitFor();
    await dialog().getByText('Delivered').first().waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await ingested.getByText('Delivered').waitFor();

    await page.getByLabel('State').selectOption('Delivered');
    await page.waitForURL(/\?webhooks=delivered$/);
    await ingested.waitFor();
  });

  describe('in a frame', () => {
    let host: HostPage;
    before(async () => {
      const secret = await call<{ kid: string; secret: string }>('account', 'embed-secret', '--account', account);
      host = await startHostPage({ consoleUrl: product.url, account, secret, email });
      await call('account', 'set', '--account', account, '--frame-origin', host.origin);
    });
    after(() => host?.stop());

    async function revokeAll(): Promise<void> {
      const { keys } = await call<{ keys: { api_key_id: string }[] }>('api-key', 'list', '--account', account);
      for (const { api_key_id: id } of keys) await call('api-key', 'revoke', '--account', account, '--key', id);
    }

    for (const permission of ['with', 'without'] as const)
      it(`copies a new key ${permission} the permission to use the clipboard`, async () => {
        await revokeAll();
        if (permission === 'without')
          await page.addInitScript(`if (window !== top) navigator.clipboard.writeText = () =>
            Promise.reject(new DOMException('not allowed', 'NotAllowedError'))`);
        await page.setViewportSize({ width: 900, height: 600 });
        await page.goto(host.url);
        const frame = page.frameLocator('cqa-console iframe');
        await frame.getByRole('link', { name: 'API Access' }).click();
        await frame.locator('cqa-api-access').getByRole('button', { name: 'Generate API key' }).first().click();
        await frame.getByLabel('Name').fill('framed');
        await frame.locator('cqa-dialog').getByRole('button', { name: 'Generate API key' }).click();
        const made = await shownOnce(frame);
        await frame.locator('cqa-api-key-once cqa-copy').first().getByRole('button').click();
        await frame.getByText('Copied').waitFor();
        expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(made.key);
        await frame.locator('cqa-dialog').getByRole('button', { name: 'Close' }).last().click();
        await frame.getByRole('button', { name: 'Yes, they are stored' }).click();
        await frame.locator('cqa-api-keys').getByText('framed').first().waitFor();
      });
  });
});

/** A customer's server that is told by webhooks. */
interface Receiver {
  url: string;
  /** What it answers from now on. */
  answer(status: number, body: string): void;
  stop(): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  let answer = { status: 200, body: '' };
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(answer.status).end(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    answer: (status, body) => {
      answer = { status, body };
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
