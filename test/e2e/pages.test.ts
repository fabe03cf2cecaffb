import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type Product, packageRoot } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const password = 'long enough!';
const sizes = [
  { width: 360, height: 740 },
  { width: 900, height: 600 },
];

describe('the console’s pages', () => {
  let sftp: Sshd;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let account: string;
  let executions: { imported: string; exported: string };

  before(async () => {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    for (const folder of ['calls', 'many', 'reports']) mkdirSync(join(directory, folder), { recursive: true });
    cpSync(join(packageRoot, 'test/samples'), join(directory, 'calls'), { recursive: true });
    sftp = await startSshd({ directory });
    [product, browser] = await Promise.all([startTestProduct(variables()), startBrowser()]);
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await sftp?.stop();
  });

  beforeEach(async () => {
    context = await browser.newContext();
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
  });

  afterEach(async () => {
    await context.close();
    expect(troubles.unexpected()).to.deep.equal([]);
  });

  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const heading = (title: string) => page.getByRole('heading', { name: title, exact: true });

  function variables(): NodeJS.ProcessEnv {
    const { host, port, username, password = '', directory } = sftp;
    return {
      SFTP_HOST: host,
      SFTP_PORT: String(port),
      SFTP_USER: username,
      SFTP_PASSWORD: password,
      SFTP_FOLDER: directory,
    };
  }

  async function createAccount(name: string, ...more: string[]): Promise<string> {
    const words = ['--name', name, '--admin-email', `admin@${name}.example`, '--admin-password', password, ...more];
    return (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
  }

  async function run(job: string): Promise<string> {
    const words = ['--account', account, '--name', job, '--wait'];
    return (await call<{ execution_id: string }>('job', 'run', ...words)).execution_id;
  }

  async function signIn(email: string, address = '/analyses'): Promise<void> {
    await page.goto(product.url + address);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page
      .getByRole('navigation')
      .or(page.getByRole('button', { name: 'Pages' }))
      .first()
      .waitFor();
  }

  type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;
  let adminCookies: Cookies | undefined;

  /** Signs in by the form the first time; later the browser's own cookie does, as after a reload. */
  async function enterAsAdmin(address = '/analyses'): Promise<void> {
    if (!adminCookies) {
      await signIn('admin@Line.example', address);
      adminCookies = await context.cookies();
      return;
    }
    await context.addCookies(adminCookies);
    await page.goto(product.url + address);
  }

  /** Both sizes of the same page, without loading it again. */
  async function expectToFit(what: string): Promise<void> {
    for (const size of sizes) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width} × ${size.height}`).to.deep.equal([]);
    }
  }

  async function expectAddressToFit(address: string, shown: string): Promise<void> {
    await page.goto(product.url + address);
    await page.locator(shown).first().waitFor();
    await expectToFit(address);
  }

  describe('at 360 × 740 and 900 × 600', () => {
    it('fits: setting up and signing in', async () => {
      await page.goto(product.url);
      await heading('Set up your first account').waitFor();
      await expectToFit('setting up');
      account = await createAccount('Line', '--console');
      await page.reload();
      await page.getByLabel('E-mail').waitFor();
      await expectToFit('signing in');
    });

    it('fits: every page while it is empty', async () => {
      await enterAsAdmin();
      for (const address of [
        '/',
        '/analyses',
        '/data-import',
        '/data-export',
        '/jobs',
        '/executions',
        '/api-access',
        '/alerts',
        '/nowhere',
      ])
        await expectAddressToFit(address, 'cqa-empty');
    });

    it('fits: every page with what an import and an export brought', async () => {
      await call('apply', '--account', account, '-f', join(packageRoot, 'test/e2e/line.yaml'));
      const imported = await run('calls');
      await call('analysis', 'wait', '--account', account, '--timeout', '600');
      executions = { imported, exported: await run('report') };
      await enterAsAdmin();
      await expectAddressToFit('/', 'cqa-overview-chart');
      await expectAddressToFit('/analyses', 'tbody tr');
      await expectAddressToFit('/data-import', 'article');
      await expectAddressToFit('/data-export', 'article');
      await expectAddressToFit('/jobs', 'tbody tr');
      await expectAddressToFit('/executions', 'tbody tr');
      await call('api-key', 'create', '--account', account, '--name', 'middleware');
      await expectAddressToFit('/api-access', 'cqa-api-keys tbody tr');
    });

    for (const id of ['CALL-1002', 'CALL-1009', 'CALL-1014'])
      it(`fits: the interaction ${id}`, async () => {
        await enterAsAdmin();
        await page.getByRole('link', { name: id }).click();
        await heading(id).waitFor();
        await page.locator('cqa-interaction-facts').waitFor();
        await expectToFit(id);
      });

    it('fits: an execution with rejected rows, and one with a report', async () => {
      await enterAsAdmin();
      await expectAddressToFit(`/executions/${executions.imported}`, 'cqa-rejected-rows tbody tr');
      await expectAddressToFit(`/executions/${executions.exported}`, 'cqa-download');
    });

    it('fits: the dialogs of a new connector, a new job and a deletion', async () => {
      await enterAsAdmin('/data-export');
      const open = (name: string) => page.locator('header').getByRole('button', { name, exact: true }).click();
      const close = () => page.getByRole('button', { name: 'Close', exact: true }).click();
      await open('New Connector');
      await page.locator('cqa-connector-type-picker button').first().waitFor();
      await expectToFit('the choice of a type');
      await page.locator('cqa-connector-type-picker button').last().click();
      await page.locator('cqa-field-mapping').waitFor();
      await expectToFit('the form of a connector');
      await close();
      await open('New Job');
      await page.locator('cqa-job-dialog').getByLabel('Type', { exact: true }).selectOption('data_export');
      await page.locator('cqa-job-dialog').getByLabel('Frequency').selectOption('weekly');
      await page.locator('cqa-job-due time').first().waitFor();
      await expectToFit('the form of a job');
      await close();
      await page.getByRole('button', { name: 'Discard', exact: true }).click();
      await page.getByRole('button', { name: 'Delete reports' }).click();
      await page.getByText('cannot be undone').waitFor();
      await expectToFit('deleting a connector');
    });
  });

  describe('for whom they are', () => {
    const procedures = ['connectors.list', 'jobs.list', 'executions.list'];

    /** What a procedure answers to whoever is signed in on the page, asked without the console's own buttons. */
    async function statusOf(procedure: string, authorization: string): Promise<number> {
      const input = encodeURIComponent('{}');
      const path = procedure === 'jobs.list' ? procedure : `${procedure}?input=${input}`;
      return (await fetch(`${product.url}/trpc/${path}`, { headers: { authorization } })).status;
    }

    async function signInForBearer(email: string): Promise<string> {
      const asked = page.waitForRequest((request) => 'authorization' in request.headers());
      await signIn(email);
      return (await asked).headers().authorization ?? '';
    }

    it('answers the procedures of Data Integration and Automation to an admin of an account with the console', async () => {
      const bearer = await signInForBearer('admin@Line.example');
      for (const procedure of procedures) expect(await statusOf(procedure, bearer), procedure).to.equal(200);
      expect(await statusOf('connectors.list', 'Bearer of nothing')).to.equal(401);
    });

    it('says whom to ask where the console is off, keeps the Analysis List, and refuses the procedures', async () => {
      await createAccount('Off');
      const bearer = await signInForBearer('admin@Off.example');
      await page.getByText('No conversations yet').waitFor();
      for (const title of ['Data Import', 'Data Export', 'Jobs & Pipelines', 'Execution History', 'API Access']) {
        await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
        await heading(title).waitFor();
        await heading('Data Integration is not switched on for Off').waitFor();
        await page.getByText('customer success manager').waitFor();
      }
      await expectToFit('the page of a console that is off');
      expect(await page.getByRole('button', { name: /New (Connector|Job)/ }).count()).to.equal(0);
      for (const procedure of procedures) expect(await statusOf(procedure, bearer), procedure).to.equal(403);
    });

    it('shows an agent the Analysis List alone, and refuses the procedures', async () => {
      const words = ['--email', 'agent@Line.example', '--role', 'agent', '--password', password];
      await call('user', 'create', '--account', account, ...words);
      const bearer = await signInForBearer('agent@Line.example');
      expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).to.deep.equal(['Analysis List']);
      expect(await page.getByRole('button', { name: /New (Connector|Job)/ }).count()).to.equal(0);
      await page.goto(`${product.url}/jobs`);
      await heading('For admins only').waitFor();
      for (const procedure of procedures) expect(await statusOf(procedure, bearer), procedure).to.equal(403);
    });
  });
});
