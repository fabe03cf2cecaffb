import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import type { Product } from '../harness/product.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const admin = { email: 'admin@keys.example', password: 'long enough!' };

/** As text, because it runs in the browser: what has the focus, through shadow roots, as people know it. */
const focusedScript = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.getAttribute('aria-label') ?? active?.labels?.[0]?.textContent.trim() ?? (active?.textContent.trim() || active?.localName);
})()`;

describe('the console by keyboard', () => {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;

  before(async () => {
    [product, browser] = await Promise.all([startTestProduct(), startBrowser()]);
    await cqa(
      product.environment,
      ...['account', 'create', '--name', 'Keys', '--admin-email', admin.email],
      ...['--admin-password', admin.password, '--console'],
    );
    context = await browser.newContext();
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await page.goto(`${product.url}/data-import`);
    await page.getByLabel('E-mail').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    await button('Sign in').click();
    await make('New Connector').waitFor();
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  beforeEach(async () => {
    await page.goto(`${product.url}/data-import`);
    await make('New Connector').waitFor();
  });

  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  const button = (name: string, within: Pick<Page, 'getByRole'> = page) =>
    within.getByRole('button', { name, exact: true });
  const make = (name: string) => button(name, page.locator('header'));
  const dialog = () => page.locator('cqa-dialog');
  const question = () => dialog().getByText('Discard what you typed?');
  const name = () => dialog().getByLabel('Connector name', { exact: true });
  const press = (key: string) => page.keyboard.press(key);
  const hasFocus = (wanted: string) =>
    eventually(`the focus on ${wanted}`, async () => {
      const focused = await page.evaluate<string>(focusedScript);
      return focused === wanted;
    });
  const gone = () => dialog().waitFor({ state: 'detached' });

  async function open(title: string): Promise<void> {
    await make(title).focus();
    await press('Enter');
    await dialog().getByRole('dialog').waitFor();
  }

  /** A new connector's form, from the key press on the button to the first field. */
  async function openForm(): Promise<void> {
    await open('New Connector');
    await dialog()
      .getByRole('button', { name: /^SFTP server/ })
      .first()
      .waitFor();
    await dialog()
      .getByRole('button', { name: /^SFTP server/ })
      .first()
      .focus();
    await press('Enter');
    await name().waitFor();
  }

  it('goes to the first field when a type is chosen, in a dialog that is now called by it', async () => {
    await open('New Connector');
    await dialog()
      .getByRole('button', { name: /^SFTP server/ })
      .first()
      .waitFor();
    expect(await page.getByRole('dialog', { name: 'New connector', exact: true }).count()).to.equal(1);
    await press('Tab');
    await press('Enter');
    await page.getByRole('dialog', { name: /^New import connector: / }).waitFor();
    await hasFocus('Connector name');
    await page.keyboard.type('from the keyboard');
    expect(await name().inputValue()).to.equal('from the keyboard');
  });

  it('returns to what opened the dialog, whichever way it is left', async () => {
    for (const leave of ['Escape', 'Close', 'Cancel']) {
      for (const opener of ['New Connector', 'New Job']) {
        await open(opener);
        if (leave === 'Escape') await press('Escape');
        else {
          await button(leave, dialog()).focus();
          await press('Enter');
        }
        await gone();
        await hasFocus(opener);
      }
    }
    await openForm();
    await press('Escape');
    await gone();
    await hasFocus('New Connector');
  });

  it('returns to what opened the dialog when something is saved', async () => {
    await page.goto(`${product.url}/campaigns`);
    await openForm();
    await name().fill('saved');
    await dialog().getByLabel('Host', { exact: true }).fill('sftp.example');
    await dialog().getByLabel('User name', { exact: true }).fill('calls');
    await dialog().locator('input[type=password]').fill('secret');
    await dialog().getByLabel('Folder', { exact: true }).fill('/calls');
    await button('Save', dialog()).focus();
    await press('Enter');
    await gone();
    await hasFocus('New Connector');
    await page.goto(`${product.url}/data-import`);
    await button('Edit saved').focus();
    await press('Enter');
    await name().fill('saved again');
    await button('Save', dialog()).focus();
    await press('Enter');
    await gone();
    await hasFocus('Edit saved again');
  });

  it('asks once before it discards what was typed, however often Escape is pressed', async () => {
    await openForm();
    await page.keyboard.type('typed');
    for (const key of ['Escape', 'Escape', 'Escape']) await press(key);
    await question().waitFor();
    await hasFocus('Keep editing');
    for (const size of [
      { width: 360, height: 740 },
      { width: 900, height: 600 },
    ]) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `the question at ${size.width}`).to.deep.equal([]);
    }
    await press('Enter');
    await question().waitFor({ state: 'detached' });
    await hasFocus('Connector name');
    expect(await name().inputValue()).to.equal('typed');
    await button('Close', dialog()).click();
    await question().waitFor();
    await button('Discard', dialog()).click();
    await gone();
    await hasFocus('New Connector');
  });

  it('asks nothing where what was typed is as it was', async () => {
    await openForm();
    await page.keyboard.type('x');
    await dialog().getByLabel('Host', { exact: true }).fill('sftp.example');
    await dialog().getByLabel('Host', { exact: true }).fill('');
    await name().fill('');
    await press('Escape');
    await gone();
  });

  it('asks in the dialogs of jobs and campaigns too', async () => {
    await open('New Job');
    await dialog().getByLabel('Job name').fill('nightly');
    await press('Escape');
    await question().waitFor();
    await button('Discard', dialog()).click();
    await gone();
    await hasFocus('New Job');
    await page.goto(`${product.url}/campaigns`);
    await page.getByRole('button', { name: 'New campaign' }).first().focus();
    await press('Enter');
    await dialog().getByLabel('Description').fill('spring');
    await press('Escape');
    await question().waitFor();
    await button('Discard', dialog()).click();
    await gone();
    await hasFocus('New campaign');
  });
});
