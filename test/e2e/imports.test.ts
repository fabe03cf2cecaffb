import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import type { Product } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const admin = { email: 'admin@acme.example', password: 'long enough!' };
const rows = [
  'call_no;channel;when;agent',
  'c1;VOICE;2026-11-20T10:00:00Z;Ann',
  'c2;VOICE;yesterday noon;Ben',
  ';VOICE;2026-11-20T10:02:00Z;Cay',
  'c4;VOICE;2026-11-20T10:03:00Z;Dee',
];
const text = (row: string, i: number) => `${row};${i === 0 ? 'transcript_text' : 'Agent: hello'}`;

/** What an administrator does with imports beyond the first one, each step going on where the one before ended. */
describe('imports in the console', () => {
  let sftp: Sshd;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;

  before(async () => {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'calls.csv'), `${rows.map(text).join('\n')}\n`);
    writeFileSync(join(directory, 'late.csv.part'), 'still coming');
    const environment = { CQA_OUTBOUND_ADDRESSES: '203.0.113.7' };
    [sftp, product, browser] = await Promise.all([
      startSshd({ directory }),
      startTestProduct(environment),
      startBrowser(),
    ]);
    const { account_id } = await cqa<{ account_id: string }>(
      product.environment,
      ...['account', 'create', '--name', 'Acme', '--admin-email', admin.email],
      ...['--admin-password', admin.password, '--console'],
    );
    expect(account_id).to.be.a('string');
    context = await browser.newContext({ acceptDownloads: true });
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await page.goto(`${product.url}/data-import`);
    await page.getByLabel('E-mail').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    await button('Sign in').click();
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await sftp?.stop();
  });

  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  const dialog = () => page.locator('cqa-connector-dialog');
  const button = (name: string | RegExp, within: Pick<Page, 'getByRole'> = page) =>
    within.getByRole('button', { name, exact: true });
  const go = (title: string) => page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
  const run = () => page.locator('cqa-execution');
  const fits = async (what: string) => {
    for (const size of [
      { width: 360, height: 740 },
      { width: 900, height: 600 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width}`).to.deep.equal([]);
    }
  };

  it('says before anything is typed what must be ready, and where we come from', async () => {
    await button('New Connector', page.locator('header')).click();
    await button(/^SFTP server/, dialog().locator('.group').first()).click();
    await dialog().getByText('Before you begin').waitFor();
    await dialog().getByText('203.0.113.7').waitFor();
    await dialog()
      .getByText(/may read the folder/)
      .waitFor();
  });

  it('shows the first rows and what they become, mends the mapping, and saves nothing meanwhile', async () => {
    await dialog().getByLabel('Connector name', { exact: true }).fill('nightly calls');
    await dialog().getByLabel('Host', { exact: true }).fill(sftp.host);
    await dialog().getByLabel('Port', { exact: true }).fill(String(sftp.port));
    await dialog().getByLabel('Folder', { exact: true }).fill(sftp.directory);
    await dialog().getByLabel('User name', { exact: true }).fill(sftp.username);
    await dialog()
      .locator('input[type=password]')
      .fill(sftp.password ?? '');
    await dialog().getByLabel('Host key fingerprint').fill(sftp.hostKeyFingerprint);
    await button('Preview rows', dialog()).click();
    await dialog()
      .getByText(/no column external_interaction_id/)
      .first()
      .waitFor();
    const pairs = [
      ['call_no', 'external_interaction_id'],
      ['channel', 'channel_type'],
      ['when', 'interaction_start_time'],
    ] as const;
    for (const [i, [from, to]] of pairs.entries()) {
      await button('Add a column', dialog()).click();
      await dialog().getByLabel('Column heading in the file').nth(i).fill(from);
      await dialog().getByLabel('Field that it fills').nth(i).fill(to);
    }
    await button('Preview rows', dialog()).click();
    const table = dialog().locator('cqa-connector-preview');
    await table.getByText('calls.csv').waitFor();
    expect(await table.getByText('Taken', { exact: true }).count()).to.equal(2);
    expect(await table.getByText('Rejected', { exact: true }).count()).to.equal(2);
    await table.getByText(/late\.csv\.part/).waitFor();
    await fits('the preview');
    await button('Test connection', dialog()).click();
    await dialog().getByText('Everything works').waitFor();
    // What was learnt of one host is not said of another.
    await dialog().getByLabel('Host', { exact: true }).fill('another.example');
    await dialog().getByText('Everything works').waitFor({ state: 'detached' });
    expect(await table.count()).to.equal(0);
    await dialog().getByLabel('Host', { exact: true }).fill(sftp.host);
    await button('Save', dialog()).click();
    await page.locator('.said').getByText('nightly calls is saved.').waitFor();
  });

  it('shows what waits and what was rejected, and mends a row in place', async () => {
    const { account_id } = await account();
    const yaml = join(scratchFolder('yaml'), 'job.yaml');
    // Run by hand alone: it does not come due while the test runs.
    const schedule = '{frequency: daily, start_date: 2099-01-01}';
    writeFileSync(
      yaml,
      `jobs: [{name: nightly, type: data_import, connectors: [nightly calls], schedule: ${schedule}}]`,
    );
    await cqa(product.environment, 'apply', '--account', account_id, '-f', yaml);
    await go('Jobs & Pipelines');
    await button('Run nightly now').click();
    await run().locator('cqa-status').getByText('Success').waitFor();
    await run()
      .getByRole('region', { name: 'Waiting items' })
      .getByText('still being uploaded: late.csv.part')
      .waitFor();
    await run().getByText('2 rejected rows').waitFor();
    await fits('the execution');
    await button('Mend line 3 of calls.csv').click();
    const mending = page.locator('cqa-rejected-row-dialog');
    await mending.getByText('call_no, channel, when, agent, transcript_text').waitFor();
    await mending.getByLabel('The row, as it is to be read').fill('c2;VOICE;tomorrow;Ben;Agent: hello');
    await button('Read it again', mending).click();
    await mending
      .getByText(/tomorrow/)
      .first()
      .waitFor();
    await fits('mending a row');
    await mending.getByLabel('The row, as it is to be read').fill('c2;VOICE;2026-11-20T10:01:00Z;Ben;Agent: hello');
    await button('Read it again', mending).click();
    await run().getByText('1 row imported.').waitFor();
    await button('Mend line 4 of calls.csv').waitFor();
    expect(await button('Mend line 3 of calls.csv').count()).to.equal(0);
  });

  it('gives rejected rows as a file and takes the mended file back', async () => {
    await go('Rejected Rows');
    await fits('rejected rows');
    const download = page.waitForEvent('download');
    await button('Download as CSV').click();
    const file = join(scratchFolder('download'), 'rejected-rows.csv');
    await (await download).saveAs(file);
    const mended = readFileSync(file, 'utf8').replace(';VOICE;2026-11-20T10:02', 'c3;VOICE;2026-11-20T10:02');
    expect(mended).to.contain('c3;VOICE');
    writeFileSync(file, mended);
    await page.locator('cqa-rejected-rows-file input[type=file]').setInputFiles(file);
    await page.getByText('1 row imported.').waitFor();
    await page.getByText('No rejected row is open').waitFor();
    await go('Analysis List');
    for (const id of ['c1', 'c2', 'c3', 'c4']) await page.getByRole('row', { name: new RegExp(id) }).waitFor();
  });

  it('reads days again without doubling anything', async () => {
    await go('Jobs & Pipelines');
    await button('Import days again by nightly').click();
    const today = new Date().toISOString().slice(0, 10);
    const dayBefore = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const dayAfter = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    expect(today).to.match(/^\d{4}-/);
    await page.getByLabel('First day').fill(dayBefore);
    await page.getByLabel(/^Last day/).fill(dayAfter);
    await fits('the question for the days');
    await button('Import these days').click();
    await run()
      .getByText(/to read days again/)
      .waitFor();
    await run().locator('cqa-status').getByText('Success').waitFor();
    const figures = run().locator('section.card', { hasText: 'Rows' }).first();
    expect((await figures.innerText()).replace(/\s+/g, ' ')).to.match(/imported 0 .*duplicate 2 .*rejected 2/i);
  });

  it('makes and starts the job of an Exolite connector, which cannot be deleted by itself', async () => {
    await go('Data Import');
    await button('New Connector', page.locator('header')).click();
    await button(/^Exolite/, dialog()).click();
    await dialog()
      .getByText(/made and started for you when you save/)
      .waitFor();
    await fits('the form of Exolite');
    await dialog().getByLabel('Connector name', { exact: true }).fill('exotel');
    await dialog().getByLabel('API address').fill('http://10.0.0.1');
    await dialog().getByLabel('Account SID').fill('acme1');
    await dialog().getByLabel('API key').fill('key');
    await dialog().getByLabel('API token').fill('token');
    await button('Save', dialog()).click();
    await page.locator('.said').getByText('exotel is saved.').waitFor();
    await go('Jobs & Pipelines');
    const row = page.getByRole('row', { name: /exotel/ });
    await row.getByText('auto-scheduled').waitFor();
    await row.getByText('Daily at 02:30 (Asia/Kolkata)').waitFor();
    expect(await button('Delete exotel', row).isDisabled()).to.equal(true);
    expect(await button('Edit exotel', row).count()).to.equal(0);
    // No address that this program may reach: the run that was started ends with words.
    await row.getByText('Handler Failed').waitFor();
  });

  it('says that a connector is saved though the list cannot be read just then', async () => {
    troubles.expect(/connectors\.list/);
    await go('Data Import');
    await button('Edit exotel').click();
    await dialog().getByLabel('Connector name', { exact: true }).fill('exotel renamed');
    await page.route('**/trpc/connectors.list*', (route) => route.abort('connectionreset'));
    await button('Save', dialog()).click();
    await page.locator('.said').getByText('exotel renamed is saved.').waitFor();
    await dialog().waitFor({ state: 'detached' });
    await page.unroute('**/trpc/connectors.list*');
    await page.getByRole('article', { name: 'exotel renamed', exact: true }).waitFor();
  });

  it('begins the form of ECC 4x with the headings it usually has, and adds to them', async () => {
    await go('Data Import');
    await button('New Connector', page.locator('header')).click();
    await button(/^ECC 4x/, dialog()).click();
    const headings = dialog().getByLabel('Column heading in the file');
    await headings.first().waitFor();
    expect(await headings.first().inputValue()).to.equal('crtObjectId');
    const before = await headings.count();
    await button('Add a column', dialog()).click();
    await headings.nth(before).fill('agentName');
    await dialog().getByLabel('Field that it fills').nth(before).fill('agent');
    expect(await headings.first().inputValue()).to.equal('crtObjectId');
    expect(await headings.count()).to.equal(before + 1);
    await button('Close', dialog()).click();
    await button('Discard', dialog()).click();
  });

  it('keeps settings of a long form that most people leave alone in a fold', async () => {
    await go('Data Import');
    await button('New Connector', page.locator('header')).click();
    await button(/^Genesys Cloud/, dialog()).click();
    const sample = dialog().getByLabel('Sample (percent)');
    await dialog().getByLabel('Shortest call (seconds)').waitFor();
    expect(await sample.isVisible()).to.equal(false);
    await dialog()
      .getByText(/^More settings/)
      .click();
    await sample.fill('10');
    await fits('the form of Genesys with all settings');
    await button('Close', dialog()).click();
    await button('Discard', dialog()).click();
  });

  it('draws the form of every type at every size', async () => {
    await go('Data Import');
    for (const title of ['ECC 4x', 'Genesys Cloud', 'Amazon S3 or compatible', 'SFTP inbox']) {
      await button('New Connector', page.locator('header')).click();
      await button(new RegExp(`^${title}`), dialog().locator('.group').first()).click();
      await dialog().getByText('Before you begin').waitFor();
      await fits(title);
      await button('Close', dialog()).click();
    }
  });

  async function account(): Promise<{ account_id: string }> {
    const answer = page.waitForResponse(/session\.me/);
    await page.reload();
    return (await (await answer).json()).result.data.account;
  }
});
