import { chmodSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { holdRequests } from '../harness/held-requests.ts';
import { zoneAtNoon } from '../harness/noon.ts';
import { type Product, packageRoot } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const password = 'long enough!';
const admin = 'admin@Over.example';

describe('the overview page', () => {
  let sftp: Sshd;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let account: string;

  before(async () => {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    for (const folder of ['calls', 'many', 'reports']) mkdirSync(join(directory, folder), { recursive: true });
    cpSync(join(packageRoot, 'test/samples'), join(directory, 'calls'), { recursive: true });
    sftp = await startSshd({ directory });
    [product, browser] = await Promise.all([startTestProduct(variables()), startBrowser()]);
    account = await createAccount('Over', '--console', '--timezone', zoneAtNoon());
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await signIn(page, admin);
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await sftp?.stop();
  });

  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const heading = (title: string) => page.getByRole('heading', { name: title, exact: true });
  const section = (title: string) => page.getByRole('region', { name: title, exact: true });
  const runs = (outcome: string) => section('Runs').getByRole('row', { name: new RegExp(`^${outcome}`) });

  function variables(): NodeJS.ProcessEnv {
    const { host, port, username, directory } = sftp;
    return {
      ...{ SFTP_HOST: host, SFTP_PORT: String(port), SFTP_USER: username },
      ...{ SFTP_PASSWORD: sftp.password ?? '', SFTP_FOLDER: directory },
    };
  }

  async function createAccount(name: string, ...more: string[]): Promise<string> {
    const words = ['--name', name, '--admin-email', `admin@${name}.example`, '--admin-password', password, ...more];
    return (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
  }

  async function signIn(on: Page, email: string): Promise<void> {
    await on.goto(product.url);
    await on.getByLabel('E-mail').fill(email);
    await on.getByLabel('Password').fill(password);
    await on.getByRole('button', { name: 'Sign in', exact: true }).click();
    await on.getByRole('navigation').waitFor();
  }

  it('is where an admin lands, and the first entry of the sidebar', async () => {
    await heading('Overview').waitFor();
    const links = page.getByRole('navigation').getByRole('link');
    expect(await links.first().innerText()).to.equal('Overview');
    expect(await links.first().getAttribute('aria-current')).to.equal('page');
  });

  it('is not there for others: they land on the Analysis List', async () => {
    const words = ['--email', 'agent@Over.example', '--role', 'agent', '--password', password];
    await call('user', 'create', '--account', account, ...words);
    await createAccount('Shut');
    for (const email of ['agent@Over.example', 'admin@Shut.example']) {
      const other = await browser.newContext();
      other.setDefaultTimeout(patienceMs);
      const theirs = await other.newPage();
      await signIn(theirs, email);
      await theirs.getByRole('heading', { name: 'Analysis List', exact: true }).waitFor();
      expect(await theirs.getByRole('link', { name: 'Overview', exact: true }).count()).to.equal(0);
      await other.close();
    }
  });

  it('teaches the first step while there is no connector, and opens it', async () => {
    await heading('Begin with a connector').waitFor();
    await page.getByRole('button', { name: 'Create a connector' }).click();
    await page.getByRole('dialog', { name: 'New connector' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('cqa-dialog').waitFor({ state: 'detached' });
  });

  it('teaches the next step once there is a connector, without a reload', async () => {
    await call('apply', '--account', account, '-f', join(packageRoot, 'test/e2e/line.yaml'));
    await heading('Nothing has run yet').waitFor();
    await section('Freshness')
      .getByRole('row', { name: /^calls/ })
      .waitFor();
  });

  it('shows what ran, what came and how fresh it is, without a reload', async () => {
    await call('job', 'run', '--account', account, '--name', 'calls', '--wait');
    await call('analysis', 'wait', '--account', account, '--timeout', '600');
    await eventually('the run is counted', async () => {
      const found = runs('Success|Partial').first();
      return (await found.count()) > 0 && /1\s+1$/.test(await found.innerText());
    });
    // All of it, for the next test reads it too.
    let drawn = '';
    await eventually('what came is drawn', async () => {
      drawn = await page.locator('cqa-overview-chart .readout').innerText();
      return /\b11 imported/.test(drawn) && /\b9 analysed/.test(drawn) && /\b3 rejected/.test(drawn);
    }).catch((error: Error) => {
      throw new Error(`${error.message}; drawn was ${drawn}`);
    });
    const row = section('Freshness').getByRole('row', { name: /^calls/ });
    await row.getByText('On time').waitFor();
    await row
      .getByText(/just now|minutes? ago/)
      .first()
      .waitFor();
  });

  it('reads as a table, and day by day with the arrow keys', async () => {
    const chart = page.getByRole('group', { name: /^Volumes of the last 14 days/ });
    const readout = page.locator('cqa-overview-chart .readout');
    await chart.focus();
    const today = await readout.innerText();
    await page.keyboard.press('ArrowLeft');
    expect(await readout.innerText()).not.to.equal(today);
    expect(await readout.innerText()).to.match(/\b0 imported/);
    await page.keyboard.press('End');
    expect(await readout.innerText()).to.equal(today);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await page.getByText('All figures as a table').focus();
    await page.keyboard.press('Enter');
    const table = page.getByRole('region', { name: 'Volumes of each day' });
    expect(await table.getByRole('row').count()).to.equal(15);
    expect(await table.getByRole('columnheader').allInnerTexts()).to.deep.equal([
      'Day',
      'Imported',
      'Analysed',
      'Rejected',
    ]);
    await page.getByText('All figures as a table').click();
  });

  it('breaks no reading off while days are being counted', async () => {
    // A look of the page that is left would be counted too.
    await page.goto('about:blank');
    const [runsAsked, volumesAsked] = [requestsOf('overview.runs'), requestsOf('overview.volumes')];
    const letGo = await holdRequests(page, '**/trpc/overview.volumes*');
    await page.route('**/trpc/overview.runs*', async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      body.result.data.is_counting = true;
      await route.fulfill({ response: answer, json: body });
    });
    await page.goto(product.url);
    await eventually('the runs are asked for again and again', () => runsAsked.length > 3);
    expect(volumesAsked).to.have.length(1);
    letGo();
    await page.unrouteAll({ behavior: 'wait' });
    await section('Volumes').waitFor();
  });

  function requestsOf(procedure: string): string[] {
    const seen: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes(procedure)) seen.push(request.url());
    });
    return seen;
  }

  it('leads from a figure to the runs that it counts', async () => {
    await section('Runs').getByRole('link', { name: '1 run: show them' }).first().click();
    await heading('Execution History').waitFor();
    await page.locator('cqa-executions tbody tr').first().waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Overview', exact: true }).click();
  });

  it('tells what failed and what to do, and leads to the run', async () => {
    rmSync(join(sftp.directory, 'calls'), { recursive: true });
    const { execution_id: id } = await call<{ execution_id: string }>(
      'job',
      'run',
      '--account',
      account,
      '--name',
      'calls',
    );
    const failed = section('Failures').getByRole('listitem').filter({ hasText: 'Handler Failed' });
    await failed.getByText('Change what is named here, then retry it.').waitFor();
    await section('Freshness')
      .getByRole('row', { name: /^calls/ })
      .getByText('Failing')
      .waitFor();
    await failed.getByRole('link', { name: 'Open the run of calls' }).click();
    await page.waitForURL(`**/executions/${id}`);
    await page.goBack();
  });

  it('fits a telephone, a tablet and a frame, in light and in dark', async () => {
    await section('Freshness').waitFor();
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [width, height] of [
        [360, 740],
        [768, 1024],
        [900, 600],
        [1280, 900],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        expect(await stickingOut(page), `${colorScheme}, ${width} × ${height}`).to.deep.equal([]);
        await shoot(`${colorScheme}-${width}`);
      }
  });

  /** For whoever wants to look: OVERVIEW_SHOTS names a folder. */
  async function shoot(name: string): Promise<void> {
    const folder = process.env.OVERVIEW_SHOTS;
    if (folder) await page.screenshot({ path: join(folder, `overview-${name}.png`), fullPage: true });
  }
});
