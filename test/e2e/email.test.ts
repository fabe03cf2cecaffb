import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { patienceMs } from '../harness/eventually.ts';
import type { Product } from '../harness/product.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';
import { openSesServer, type SesServer } from '../server/email/ses-server.ts';

const password = 'long enough!';
const address = 'boss@mailed.example';

describe('reports by email in the console', () => {
  let ses: SesServer;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;

  before(async () => {
    ses = await openSesServer();
    [product, browser] = await Promise.all([startTestProduct(variables()), startBrowser()]);
    const words = [
      '--name',
      'Mailed',
      '--admin-email',
      'admin@mailed.example',
      '--admin-password',
      password,
      '--console',
    ];
    await cqa(product.environment, 'account', 'create', ...words);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await page.goto(product.url);
    await page.getByLabel('E-mail').fill('admin@mailed.example');
    await page.getByLabel('Password').fill(password);
    await button('Sign in').click();
    await page.getByRole('navigation').waitFor();
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
    await ses?.close();
  });
  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  function variables(): NodeJS.ProcessEnv {
    return {
      CQA_EMAIL_FROM: 'CQA Reports <reports@cqa.example>',
      AWS_ENDPOINT_URL_SES: ses.settings.endpoint,
      ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'for tests' },
    };
  }

  const button = (name: string | RegExp, within: Pick<Page, 'getByRole'> = page) =>
    within.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
  const dialog = () => page.locator('cqa-connector-dialog');
  const go = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

  it('tells beforehand, in words, that the sandbox does not let mails to an address through', async () => {
    ses.verified = new Set();
    await go('Data Export');
    await button('New Connector', page.locator('header')).click();
    await button(/^Email/, dialog()).click();
    await dialog().getByLabel('Connector name', { exact: true }).fill('The boss');
    await dialog().getByLabel('Destination email address').fill(address);
    await button('Test connection', dialog()).click();
    const refused = dialog().locator('li.failed');
    await refused.getByText('Send a test mail').waitFor();
    expect(await refused.innerText()).to.match(/does not send to boss@mailed\.example: .*sandbox/);
    expect(ses.sent).to.deep.equal([]);
  });

  it('says what the links will be, and warns where nobody else can open them', async () => {
    ses.verified?.add(address);
    const before = dialog().getByRole('region', { name: 'Before you begin' });
    await before.getByText(/Links in mails lead to .* set PUBLIC_URL/).waitFor();
    await button('Test connection', dialog()).click();
    const tried = dialog().locator('cqa-check-steps');
    await tried.getByText('Amazon SES has taken a test mail').waitFor();
    await tried.getByText(/good for seven days\. Nobody on another machine can open them: set PUBLIC_URL/).waitFor();
    await button('Save', dialog()).click();
    await page.getByText('The boss is saved.').waitFor();
    const card = page.getByRole('article', { name: 'The boss' });
    await card
      .getByText(/^Links in mails lead to .* Nobody on another machine can open them: set PUBLIC_URL/)
      .waitFor();
    expect(ses.sent.map(({ to }) => to)).to.deep.equal([[address]]);
  });

  it('shows of an execution its file, rows and size, to whom it was mailed, and until when the link is good', async () => {
    await button('New Job', page.locator('header')).click();
    const job = page.locator('cqa-job-dialog');
    await job.getByLabel('Job name', { exact: true }).fill('Weekly scores');
    await job.getByLabel('Type', { exact: true }).selectOption('data_export');
    await job.getByRole('checkbox', { name: 'The boss' }).check();
    await button('Create job', job).click();
    await button('Run Weekly scores now').click();
    await page.locator('cqa-execution cqa-status').getByText('Success').waitFor();
    const destination = page.getByRole('region', { name: 'Destinations' }).getByRole('row').last();
    await destination.getByText(`mailed to ${address}`).waitFor();
    await destination.getByText('Sent', { exact: true }).waitFor();
    expect(await destination.innerText()).to.match(
      /The boss\s+by mail, links to 1 file\s+mailed to .*\s+Links good until/,
    );
    const files = page.getByRole('region', { name: 'Files', exact: true });
    expect(await files.innerText()).to.match(/weekly-scores-\d{8}-\d{4}-[0-9a-f]{6}\.csv\s+0\s+\d+ bytes/);
    expect(await stickingOut(page)).to.deep.equal([]);
  });

  it('has the same file by the link of the mail and by the history’s download', async () => {
    const mail = ses.sent.at(-1);
    expect(mail?.subject).to.equal('Mailed: Report "Weekly scores", 0 rows');
    const link = /href="([^"]+\/d\/[^"]+)"/.exec(mail?.html ?? '')?.[1] ?? '';
    const [download] = await Promise.all([page.waitForEvent('download'), button('Download').click()]);
    const saved = readFileSync(await download.path(), 'utf8');
    expect(await (await fetch(link)).text()).to.equal(saved);
    expect(download.suggestedFilename()).to.match(/^weekly-scores-.*\.csv$/);
  });
});
