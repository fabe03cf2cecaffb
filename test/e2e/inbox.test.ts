import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { holdRequests } from '../harness/held-requests.ts';
import type { Product } from '../harness/product.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut } from '../harness/watched-page.ts';
import { sftp } from '../server/inbox/inboxes.ts';

const adminEmail = 'admin@inbox.example';
const password = 'long enough!';

describe('the page Inbox', () => {
  let product: Product;
  let browser: Browser;
  let page: Page;
  let account: string;

  before(async () => {
    [product, browser] = await Promise.all([startTestProduct(), startBrowser()]);
    const words = ['--name', 'Inbox', '--admin-email', adminEmail, '--admin-password', password, '--console'];
    account = (await cqa<{ account_id: string }>(product.environment, 'account', 'create', ...words)).account_id;
    page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(`${product.url}/inbox`);
    await page.getByLabel('E-mail').fill(adminEmail);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Inbox', exact: true }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  it('says where senders connect, and shows a login and its file while it is there', async () => {
    await page.getByText('No inbox yet').waitFor();
    const create = ['--account', account, '--name', 'from VLA', '--password', password];
    const made = await cqa<{ username: string; port: number; host_key: string }>(
      product.environment,
      ...['inbox', 'create', ...create],
    );
    const { port } = made;
    expect(port).to.be.greaterThan(0);
    const table = page.getByRole('region', { name: 'Logins', exact: true });
    await table.getByText(made.username).waitFor();
    await page.getByText(made.host_key).waitFor();
    await page.getByText('Listening', { exact: true }).waitFor();
    const file = join(scratchFolder('sender'), 'calls.wav');
    writeFileSync(file, Buffer.alloc(1_500_000));
    const sent = await sftp({ port, username: made.username, password }, [`put ${file} calls.wav`]);
    expect(sent.code, sent.output).to.equal(0);
    const row = page
      .getByRole('region', { name: 'Files', exact: true })
      .locator('tbody tr')
      .filter({ hasText: 'calls.wav' });
    await row.getByText('Complete').waitFor();
    await eventually('the session is shown with its end', async () =>
      (await page.getByRole('region', { name: 'Sessions', exact: true }).innerText()).includes('the client ended'),
    );
    await table.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('says why the form of a login does not open', async () => {
    await page.route('**/trpc/connectors.list*', (route) => route.abort('connectionreset'));
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('alert').filter({ hasText: 'The server did not answer' }).waitFor();
    for (const [width, height] of [
      [360, 740],
      [900, 600],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await stickingOut(page), `${width} × ${height}`).to.deep.equal([]);
    }
    await page.unroute('**/trpc/connectors.list*');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await page.getByText('The server did not answer').count()).to.equal(0);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('breaks no look of its own off, however long it takes', async () => {
    const asked: string[] = [];
    // A look of the page that is left would be counted too.
    await page.goto('about:blank');
    const letGo = await holdRequests(page, '**/trpc/inbox.overview*', (request) => asked.push(request.url()) > 0);
    await page.clock.install();
    await page.goto(`${product.url}/inbox`);
    await eventually('the page looks', () => asked.length > 0);
    await page.clock.runFor(20_000);
    expect(asked).to.have.length(1);
    letGo();
    await page.getByRole('button', { name: 'Change' }).waitFor();
  });
});
