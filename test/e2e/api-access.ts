import { expect } from 'chai';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { patienceMs } from '../harness/eventually.ts';
import type { Product } from '../harness/product.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

export const adminEmail = 'admin@api.example';
const password = 'long enough!';
const sizes = [
  { width: 360, height: 740 },
  { width: 900, height: 600 },
];

/** What is shown once, when a key is made. */
export interface ShownKey {
  key: string;
  signingSecret: string;
  uid: string;
}

/** The page API Access of an account of its own, open before each test, and what people do there. */
export type ApiAccess = ReturnType<typeof openApiAccess>;

/** Call it in a `describe`: its hooks start the product and a browser, and sign in. */
export function openApiAccess() {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let account: string;
  let cookies: Awaited<ReturnType<BrowserContext['cookies']>> | undefined;

  before(async () => {
    [product, browser] = await Promise.all([startTestProduct(), startBrowser()]);
    const words = ['--name', 'Api', '--admin-email', adminEmail, '--admin-password', password, '--console'];
    account = (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  beforeEach(async () => {
    context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    context.setDefaultTimeout(patienceMs);
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
  async function enter(): Promise<void> {
    if (cookies) await context.addCookies(cookies);
    await page.goto(`${product.url}/api-access`);
    if (!cookies) {
      await page.getByLabel('E-mail').fill(adminEmail);
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

  async function shownOnce(within: Page | FrameLocator | Locator = page): Promise<ShownKey> {
    const once = within.locator('cqa-api-key-once');
    return {
      key: await once.getByLabel('API key', { exact: true }).inputValue(),
      signingSecret: await once.getByLabel('Signing secret', { exact: true }).inputValue(),
      uid: await once.getByLabel('Key id', { exact: true }).inputValue(),
    };
  }

  async function generateKey(name: string): Promise<ShownKey> {
    await generate().click();
    await dialog().getByLabel('Name').fill(name);
    await dialog().getByRole('button', { name: 'Generate API key' }).click();
    const made = await shownOnce();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await button('Yes, they are stored').click();
    await row(name).first().waitFor();
    return made;
  }

  return {
    ...{ call, dialog, button, generate, row, expectToFit, shownOnce, generateKey },
    /** Asks the product's HTTP interface. */
    ask: (path: string, init?: RequestInit) => fetch(`${product.url}${path}`, init),
    get url() {
      return product.url;
    },
    get context() {
      return context;
    },
    get page() {
      return page;
    },
    /** The account's id. */
    get account() {
      return account;
    },
  };
}
