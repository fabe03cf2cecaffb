import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { type Product, packageRoot } from '../harness/product.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const adminEmail = 'admin@campaigns.example';
const password = 'long enough!';
const sizes = [
  { width: 360, height: 740 },
  { width: 900, height: 600 },
];

interface Dropped {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

describe('campaigns', () => {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let account: string;
  let cookies: Awaited<ReturnType<BrowserContext['cookies']>> | undefined;

  before(async () => {
    [product, browser] = await Promise.all([startTestProduct(), startBrowser()]);
    const words = ['--name', 'Campaigns', '--admin-email', adminEmail, '--admin-password', password];
    account = (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
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
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const section = () => page.locator('cqa-campaign-import');
  const file = (name: string) => section().locator('cqa-campaign-upload-list li').filter({ hasText: name });
  const result = () => section().locator('cqa-campaign-import-result');
  const sample = (name: string) => readFileSync(join(packageRoot, 'test/samples', name));
  const wav = (name: string): Dropped => ({ name, mimeType: 'audio/wav', buffer: sample('alaw.wav') });
  const csv = (name: string, ...lines: string[]): Dropped => ({
    name,
    mimeType: 'text/csv',
    buffer: Buffer.from(`${lines.join('\n')}\n`),
  });

  /** Signs in by the form the first time; later the browser's own cookie does. */
  async function enter(address: string): Promise<void> {
    if (cookies) await context.addCookies(cookies);
    await page.goto(product.url + address);
    if (cookies) return;
    await page.getByLabel('E-mail').fill(adminEmail);
    await page.getByLabel('Password').fill(password);
    await button('Sign in').click();
    await page.getByRole('navigation').first().waitFor();
    cookies = await context.cookies();
  }

  async function openCampaign(name: string): Promise<string> {
    const made = await call<{ campaign_id: string }>('campaign', 'create', '--account', account, '--name', name);
    await enter(`/campaigns/${made.campaign_id}`);
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await section().getByText('Drop recordings here').waitFor();
    return made.campaign_id;
  }

  /** As a mouse does. */
  async function drop(files: Dropped[]): Promise<void> {
    const list = files.map(({ buffer, ...facts }) => ({ ...facts, base64: buffer.toString('base64') }));
    const transfer = await page.evaluateHandle(
      `(() => {
        const transfer = new DataTransfer();
        for (const { name, mimeType, base64 } of ${JSON.stringify(list)}) {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([bytes], name, { type: mimeType }));
        }
        return transfer;
      })()`,
    );
    await section().locator('.zone').dispatchEvent('drop', { dataTransfer: transfer });
  }

  /** How often the page asks for the counts in a minute of its clock, with an answer of the server after each six seconds. */
  async function countsAskedInAMinute(): Promise<number> {
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('campaigns.counts')) asked++;
    });
    for (let step = 0; step < 10; step++) {
      await page.clock.runFor(6_000);
      await page.evaluate("fetch('/').then((answer) => answer.text())");
    }
    return asked;
  }

  async function expectToFit(what: string): Promise<void> {
    for (const size of sizes) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width} × ${size.height}`).to.deep.equal([]);
    }
  }

  it('stand under Analysis; a new one is made there', async () => {
    await enter('/analyses');
    await page.getByRole('navigation').getByRole('link', { name: 'Campaigns', exact: true }).click();
    await page.getByText('No campaign yet').waitFor();
    await expectToFit('no campaign');
    await button('New campaign').click();
    await button('Create campaign').click();
    await page.getByText('Give it a name').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Spring orders');
    await page.getByLabel('Team').fill('North');
    await button('Add a value of your own').click();
    await page.getByLabel('Key 1').fill('queue');
    await page.getByLabel('Value 1').fill('Orders');
    await expectToFit('the dialog');
    await button('Create campaign').click();
    await page.getByRole('heading', { name: 'Spring orders', exact: true }).waitFor();
    await page.getByText('queue', { exact: true }).waitFor();
    await expectToFit('a campaign');
    await button('All campaigns')
      .or(page.getByRole('link', { name: 'All campaigns' }))
      .click();
    await page.getByRole('link', { name: 'Spring orders' }).waitFor();
    await expectToFit('the list');
  });

  it('are not counted again and again where the clock of a computer is fast', async () => {
    await page.clock.install({ time: Date.now() + 3_600_000 });
    await openCampaign('An hour ahead');
    expect(await countsAskedInAMinute()).to.be.below(5);
  });

  it('take recordings that are dropped with a CSV, and tell each one’s way to its conversation', async () => {
    await openCampaign('Dropped');
    await drop([
      wav('one.wav'),
      wav('two.wav'),
      {
        name: 'three.wav',
        mimeType: 'audio/wav',
        buffer: Buffer.from('<!doctype html><title>Sign in</title>'.padEnd(900)),
      },
      csv('calls.csv', 'file,agent_name,external_interaction_id', 'ONE.wav,Asha,CALL-1', 'gone.wav,Ravi,CALL-2'),
    ]);
    troubles.expect(/campaign-uploads.*422|422.*campaign-uploads/);
    for (const name of ['one.wav', 'two.wav', 'calls.csv']) await file(name).getByText('Uploaded').waitFor();
    await file('three.wav').getByText('Refused').waitFor();
    await file('three.wav').getByText('an HTML page').waitFor();
    await section().getByText('Matched 1 of 2 recordings').waitFor();
    await section().getByText('No recording called "gone.wav" was dropped.').waitFor();
    await section().getByText('3 of 3 files').waitFor();
    await section().getByLabel('Team').fill('North');
    await expectToFit('an import with its files');
    await button('Import 2 calls').click();
    await result().getByText('Done', { exact: true }).waitFor();
    await result().getByText('2 imported, 1 failed').waitFor();
    await result().getByRole('button', { name: 'Show each file' }).click();
    const dialog = page.locator('cqa-dialog');
    await dialog.getByText('an HTML page').waitFor();
    await expectToFit('an import and its files');
    await dialog.getByRole('link', { name: 'one.wav' }).click();
    await page.getByRole('heading', { name: 'CALL-1' }).waitFor();
    await page.getByText('Asha').first().waitFor();
    await page.goBack();
    await page.locator('cqa-campaign-imports').getByText('2 imported, 1 failed').waitFor();
    await eventually('counted', async () => (await page.locator('.counts').innerText()).includes('Conversations\n2'));
  });

  it('say what was dropped twice', async () => {
    await openCampaign('Twice');
    await drop([wav('twice.wav')]);
    await file('twice.wav').getByText('Uploaded').waitFor();
    await drop([wav('twice.wav')]);
    await section().getByText('In the list already: twice.wav').waitFor();
    await button('Import 1 call').click();
    await result().getByText('1 imported').waitFor();
    await drop([wav('twice.wav')]);
    await file('twice.wav').getByText('Uploaded').waitFor();
    await button('Import 1 call').click();
    await result().getByText('1 duplicate').waitFor();
  });

  it('go on with an upload after the line was broken', async () => {
    await openCampaign('Broken');
    troubles.expect(/campaign-uploads|ERR_INTERNET_DISCONNECTED|ERR_FAILED|trpc/);
    let isBroken = true;
    const seen: string[] = [];
    await page.route('**/campaign-uploads/*', async (route) => {
      seen.push(`${route.request().method()} ${route.request().headers()['upload-offset'] ?? ''}`.trim());
      if (isBroken && route.request().method() === 'PATCH') await route.abort('connectionreset');
      else await route.continue();
    });
    await drop([wav('line.wav'), wav('other.wav')]);
    await file('line.wav').getByText('Interrupted').waitFor();
    await section().getByText('The connection is interrupted').waitFor();
    isBroken = false;
    await file('line.wav').getByText('Uploaded').waitFor();
    await file('other.wav').getByText('Uploaded').waitFor();
    expect(seen.filter((request) => request === 'HEAD')).to.have.length.greaterThan(0);
    await button('Import 2 calls').click();
    await result().getByText('2 imported').waitFor();
  });

  it('pause, and import by themselves when everything has come', async () => {
    await openCampaign('Paused');
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route('**/campaign-uploads/*', async (route) => {
      if (route.request().method() === 'PATCH') await held;
      await route.continue().catch(() => undefined);
    });
    await drop(['1.wav', '2.wav', '3.wav', '4.wav'].map(wav));
    await file('1.wav').getByText('Uploading').waitFor();
    await file('4.wav').getByText('Waiting').waitFor();
    await button('Pause').click();
    await file('1.wav').getByText('Paused').waitFor();
    letGo();
    await button('Go on').click();
    await button('Import 4 calls').click();
    await result().getByText('4 imported').waitFor();
  });

  it('go on after the page was loaded again, with the same file chosen anew', async () => {
    await openCampaign('Reloaded');
    const long: Dropped = { ...wav('long.wav'), buffer: Buffer.concat([sample('alaw.wav'), Buffer.alloc(20_000_000)]) };
    const patches: string[] = [];
    let isCut = true;
    await page.route('**/campaign-uploads/*', async (route) => {
      const offset = route.request().headers()['upload-offset'];
      if (route.request().method() === 'PATCH') patches.push(offset ?? '');
      if (isCut && route.request().method() === 'PATCH' && offset !== '0') return;
      await route.continue();
    });
    const input = section().getByLabel('Files to import');
    await input.setInputFiles([long, wav('short.wav')]);
    await file('short.wav').getByText('Uploaded').waitFor();
    await eventually('the first piece is there', () => patches.some((offset) => offset !== '' && offset !== '0'));
    page.on('dialog', (dialog) => dialog.accept());
    await page.reload();
    await file('long.wav').getByText('Incomplete').waitFor();
    await file('long.wav').getByText('Choose this file again to go on from 16.8 MB').waitFor();
    await file('short.wav').getByText('Uploaded').waitFor();
    await expectToFit('an import that waits for a file');
    isCut = false;
    patches.length = 0;
    await section().getByLabel('Files to import').setInputFiles([long]);
    await file('long.wav').getByText('Uploaded').waitFor();
    expect(patches).to.deep.equal(['16777216']);
    await button('Import 2 calls').click();
    await result().getByText('2 imported').waitFor();
  });

  it('are for supervisors the ones that are theirs, and for agents none', async () => {
    const mine = await call<{ campaign_id: string }>('campaign', 'create', '--account', account, '--name', 'Mine');
    const create = (email: string, ...words: string[]) =>
      call('user', 'create', '--account', account, '--email', email, '--password', password, ...words);
    await create('boss@campaigns.example', '--role', 'supervisor', '--campaign', mine.campaign_id, '--verified');
    await page.goto(`${product.url}/campaigns`);
    await page.getByLabel('E-mail').fill('boss@campaigns.example');
    await page.getByLabel('Password').fill(password);
    await button('Sign in').click();
    await page.getByRole('link', { name: 'Mine' }).waitFor();
    expect(await page.locator('cqa-campaigns tbody tr').count()).to.equal(1);
    expect(await button('New campaign').count()).to.equal(0);
    await page.getByRole('link', { name: 'Mine' }).click();
    await section().getByText('Drop recordings here').waitFor();
    expect(await page.getByRole('button', { name: 'Settings' }).count()).to.equal(0);
  });
});
