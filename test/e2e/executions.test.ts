import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type Product, packageRoot } from '../harness/product.ts';
import { type S3Server, startS3 } from '../harness/s3.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';
import { type BucketGate, startBucketGate } from './bucket-gate.ts';

const admin = { email: 'admin@runs.example', password: 'long enough!' };
const eightDaysMs = 8 * 86_400_000;
const noon = '2026-11-20T12:00:00Z';
const dayInIndia = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date());

/** As text, because it runs in the browser: what has the focus, through shadow roots, and how far the page is scrolled. */
const placeScript = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const scrolled = [];
  const look = (element) => {
    if (element.scrollTop > 0) scrolled.push(element.localName + ' ' + Math.round(element.scrollTop));
    for (const child of element.children) look(child);
    for (const child of element.shadowRoot?.children ?? []) look(child);
  };
  look(document.documentElement);
  return { focused: active?.localName, scrolled };
})()`;

/** What an administrator sees of runs and does with them, each step going on where the one before ended. */
describe('executions in the console', () => {
  let s3: S3Server;
  let gate: BucketGate;
  let sftp: Sshd;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let account: string;
  /** Of the first run: midnight may come meanwhile. */
  let firstDay: string;
  /** The runs of the steps, by name. */
  const runs: Record<string, string> = {};

  before(async () => {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    mkdirSync(directory, { recursive: true });
    [s3, sftp] = await Promise.all([startS3(['calls']), startSshd({ directory })]);
    gate = await startBucketGate(s3.url);
    const { host, port, username, password = '' } = sftp;
    const environment = {
      ...{ BUCKET_URL: gate.url, SFTP_HOST: host, SFTP_PORT: String(port), SFTP_USER: username },
      ...{ SFTP_PASSWORD: password, SFTP_FOLDER: directory },
    };
    [product, browser] = await Promise.all([startTestProduct(environment), startBrowser()]);
    const words = ['--name', 'Runs', '--admin-email', admin.email, '--admin-password', admin.password, '--console'];
    account = (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
    await call('apply', '--account', account, '-f', join(packageRoot, 'test/e2e/executions.yaml'));
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await page.goto(`${product.url}/executions`);
    await signIn(page);
    await page.getByText('Nothing has run yet').waitFor();
    firstDay = dayInIndia();
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await sftp?.stop();
    await gate?.close();
    await s3?.close();
  });

  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const button = (name: string | RegExp, within: Pick<Page, 'getByRole'> = page) =>
    within.getByRole('button', { name, exact: true });
  const run = () => page.locator('cqa-execution');
  const status = () => page.locator('cqa-execution-head .what > .row cqa-status .badge');
  const progress = () => page.getByRole('region', { name: 'Progress' });
  const fact = (name: string) => progress().locator('dl > div', { hasText: name }).locator('dd');
  const log = () => page.locator('cqa-execution-log');
  const figures = async (title: 'Items' | 'Rows') =>
    (
      await run()
        .locator('cqa-execution-figures section', { has: page.getByRole('heading', { name: title }) })
        .innerText()
    )
      .replace(/\s+/g, ' ')
      .toLowerCase();
  const stepStates = () =>
    page.locator('cqa-execution-steps .steps li').evaluateAll((steps) => steps.map(({ className }) => className));
  const history = () => page.locator('cqa-executions tbody tr');

  async function signIn(on: Page): Promise<void> {
    await on.getByLabel('E-mail').fill(admin.email);
    await on.getByLabel('Password').fill(admin.password);
    await on.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  async function put(name: string, ids: string[]): Promise<void> {
    const rows = ids.map((id) => `${id},CHAT,${noon},"Agent: hello ${id}"`);
    const text = `external_interaction_id,channel_type,interaction_start_time,transcript_text\n${rows.join('\n')}\n`;
    await s3.owner.send(new PutObjectCommand({ Bucket: 'calls', Key: `in/${name}`, Body: text }));
  }

  async function start(job: string): Promise<string> {
    const words = ['--account', account, '--name', job];
    return (await call<{ execution_id: string }>('job', 'run', ...words)).execution_id;
  }

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  /** As the console calls it. */
  async function mutate<T>(path: string, input: unknown, token?: string): Promise<T> {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : bearer(token)) };
    const answer = await fetch(`${product.url}/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
    expect(answer.status, path).to.equal(200);
    return ((await answer.json()) as { result: { data: T } }).result.data;
  }

  const open = (id: string | undefined) => page.goto(`${product.url}/executions/${id}`);

  /** In both colours and at each size nothing sticks out; EXECUTIONS_SHOTS names a folder for pictures of it. */
  async function fits(what: string): Promise<void> {
    const folder = process.env.EXECUTIONS_SHOTS;
    // What the pointer rests on has its meaning beside it, and keeps it when the window becomes smaller.
    await page.mouse.move(1, 1);
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [width, height] of [
        [360, 740],
        [900, 600],
        [1280, 800],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        expect(await stickingOut(page), `${what}, ${colorScheme}, ${width} × ${height}`).to.deep.equal([]);
        if (folder)
          await page.screenshot({ path: join(folder, `${what}-${colorScheme}-${width}.png`), fullPage: true });
      }
    await page.emulateMedia({ colorScheme: 'light' });
  }

  describe('a run under way', () => {
    it('shows what it does, how much of it is done, and how fast', async () => {
      await put('a.csv', ['A-1', 'A-2', 'A-3']);
      await put('b.csv', ['B-1', 'B-2', 'B-3']);
      await put('c.csv', ['C-1', 'C-2']);
      gate.hold('b.csv');
      gate.hold('c.csv');
      runs.held = await start('nightly calls');
      await open(runs.held);
      await eventually('the second item is half read', () => gate.isWaiting('b.csv'));
      await fact('Items').getByText('1 of 3', { exact: true }).waitFor();
      await fact('Rows so far').getByText('3', { exact: true }).waitFor();
      await fact('Bytes stored')
        .getByText(/^[1-9]\d* bytes of \d+ bytes$/)
        .waitFor();
      expect(await fact('Rate').innerText()).to.match(/rows\/s|bytes\/s|not known yet|nothing moves/);
      expect(await fact('Time left').innerText()).to.match(/few seconds|about|not known/);
      await progress().getByRole('status').getByText('Store').waitFor();
      const share = Number(await progress().getByRole('progressbar').getAttribute('aria-valuenow'));
      expect(share).to.be.within(20, 60);
      await status().getByText('Processing').waitFor();
      await log().getByText('Found 3 items at bucket calls: 3 to read.').waitFor();
      await fits('running');
    });

    it('is told as it goes on, and moves neither focus nor scroll', async () => {
      await page.setViewportSize({ width: 900, height: 600 });
      const choice = log().getByRole('combobox', { name: 'Show' });
      await choice.focus();
      await choice.scrollIntoViewIfNeeded();
      const before = await page.evaluate(placeScript);
      gate.release('b.csv');
      await eventually('the third item is half read', () => gate.isWaiting('c.csv'));
      await fact('Items').getByText('2 of 3', { exact: true }).waitFor();
      await fact('Rows so far').getByText('6', { exact: true }).waitFor();
      await log()
        .getByText(/^b\.csv .*3 rows stored/)
        .waitFor();
      const after = await page.evaluate<{ focused: string; scrolled: string[] }>(placeScript);
      expect(after.focused).to.equal('select');
      expect(after.scrolled.filter((each) => each.startsWith('main'))).to.deep.equal(
        (before as typeof after).scrolled.filter((each) => each.startsWith('main')),
      );
    });

    it('is cancelled after it was said what that does, and what was stored stays', async () => {
      await button('Cancel this run').click();
      await page.getByRole('dialog', { name: 'Cancel this run of nightly calls?' }).waitFor();
      const dialog = page.locator('cqa-execution-cancel');
      await dialog.getByText('The 6 rows that are stored stay and are analysed.').waitFor();
      await fits('cancelling');
      await button('Let it run', dialog).click();
      await dialog.waitFor({ state: 'detached' });
      await button('Cancel this run').click();
      await button('Cancel the run', dialog).click();
      await status().getByText('Cancelled').waitFor();
      await progress().waitFor({ state: 'detached' });
      await log()
        .getByText(/^Cancelled\. What was stored until then stays\./)
        .waitFor();
      expect(await figures('Rows')).to.match(/listed 6 imported 6 updated 0 duplicate 0 rejected 0/);
      // The button went with the run; whoever was at it is at the run's name now.
      const { focused } = await page.evaluate<{ focused: string }>(placeScript);
      expect(focused).to.equal('h2');
      expect(await stepStates()).to.deep.equal(['done', 'stopped']);
      await fits('cancelled');
      gate.release('c.csv');
    });
  });

  describe('a run of which something failed', () => {
    it('names what failed and offers to do that again', async () => {
      await put('d.csv', ['D-1', 'D-2']);
      await put('e.csv', ['E-1', 'A-1']);
      gate.refuse('/in/d.csv');
      runs.partial = await start('nightly calls');
      await open(runs.partial);
      await status().getByText('Partial Success').waitFor();
      await page.getByRole('region', { name: 'Failed items' }).getByText('d.csv', { exact: true }).waitFor();
      expect(await figures('Items')).to.match(/failed 1/);
      await log()
        .getByText(/^Could not be read: d\.csv/)
        .waitFor();
      expect(await stepStates()).to.deep.equal(['done', 'partly']);
      await page.getByText(/, failed in part$/).waitFor();
      await fits('partial');
    });

    it('does again only what failed, and each leads to the other', async () => {
      gate.allow('/in/d.csv');
      await button('Retry what failed').click();
      await page.getByText('Does again what failed in an earlier run').waitFor();
      await status().getByText('Success', { exact: true }).waitFor();
      runs.retry = page.url().split('/').at(-1) ?? '';
      expect(runs.retry).not.to.equal(runs.partial);
      expect(await figures('Rows')).to.match(/listed 2 imported 2/);
      await button('Retry what failed').waitFor();
      expect(await button('Retry what failed').isDisabled()).to.equal(true);
      await page.getByText(/so there is nothing to retry/).waitFor();
      await page.getByRole('link', { name: 'an earlier run' }).click();
      await page.waitForURL(`**/executions/${runs.partial}`);
      await page.getByText('Done again in retry 1').waitFor();
      await page.getByText(/was taken over by the retry/).waitFor();
      expect(await button('Retry what failed').isDisabled()).to.equal(true);
      await fits('retried');
      await page.getByRole('link', { name: 'retry 1' }).click();
      await page.waitForURL(`**/executions/${runs.retry}`);
    });

    it('has a log that is read by level and downloaded as text', async () => {
      await open(runs.partial);
      const lines = log().locator('li:not(.day)');
      await lines.nth(3).waitFor();
      const all = await lines.count();
      const { log: told } = await call<{ log: { at: string; level: string; message: string }[] }>(
        ...(['execution', 'show', '--account', account, '--id', runs.partial ?? ''] as const),
      );
      expect(all).to.equal(told.length);
      await log().getByRole('combobox', { name: 'Show' }).selectOption('warn');
      const bad = told.filter(({ level }) => level !== 'info');
      expect(bad.length).to.be.greaterThan(0);
      await eventually('the others are left out', async () => (await lines.count()) === bad.length);
      for (const words of await lines.allInnerTexts()) expect(words).to.match(/Warning|Error/);
      const [download] = await Promise.all([page.waitForEvent('download'), button('Download as text', log()).click()]);
      expect(download.suggestedFilename()).to.equal(`execution-${runs.partial}.txt`);
      expect(readFileSync(await download.path(), 'utf8')).to.equal(
        told.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}\n`).join(''),
      );
    });
  });

  describe('an export', () => {
    const destination = (name: string, on = page) =>
      on.getByRole('region', { name: 'Destinations' }).getByRole('row').filter({ hasText: name });
    const files = (on = page) => on.getByRole('region', { name: 'Files', exact: true });
    const file = (ending: string) => files().getByRole('row').filter({ hasText: ending });
    const asked = (fact: string) =>
      page.locator('cqa-execution-report dt', { hasText: fact }).locator('xpath=following-sibling::dd[1]');

    it('tells each destination’s fate, and gives its files for seven days', async () => {
      await call('analysis', 'wait', '--account', account, '--timeout', '600');
      gate.refuse('/calls/out/');
      runs.report = await start('scores');
      await open(runs.report);
      await status().getByText('Partial Success').waitFor();
      await destination('folder').getByText('Delivered', { exact: true }).waitFor();
      await destination('folder').getByText('1 file, CSV').waitFor();
      await destination('results bucket').getByText('Not delivered', { exact: true }).waitFor();
      await destination('results bucket').getByText('1 file, Excel (XLSX)').waitFor();
      await page.getByText(/To download here until .*: for seven days\./).waitFor();
      await page.getByText('Each has all the rows, in a format of its own.').waitFor();
      const [download] = await Promise.all([page.waitForEvent('download'), button('Download', file('.csv')).click()]);
      const [delivered = ''] = readdirSync(sftp.directory);
      expect(download.suggestedFilename()).to.equal(delivered);
      expect(readFileSync(await download.path(), 'utf8')).to.equal(
        readFileSync(join(sftp.directory, delivered), 'utf8'),
      );
      const [sheet] = await Promise.all([page.waitForEvent('download'), button('Download', file('.xlsx')).click()]);
      expect(readFileSync(await sheet.path()).toString('latin1', 0, 2)).to.equal('PK');
      await fits('export');
    });

    it('says what it was asked for', async () => {
      expect(await asked('Quality profile').innerText()).to.equal('Basics');
      expect(await asked('Dates').innerText()).to.match(/^1 Nov 2026 to 30 Nov 2026, whole days in /);
      expect(await asked('Columns').innerText()).to.equal('external_interaction_id, final_score');
      expect(await asked('Format').innerText()).to.equal('as each destination is set to');
    });

    it('is delivered again only where it failed, and both have its files', async () => {
      gate.allow('/calls/out/');
      await button('Retry what failed').click();
      await page.getByText('Does again what failed in an earlier run').waitFor();
      await status().getByText('Success', { exact: true }).waitFor();
      await destination('results bucket').getByText('Delivered', { exact: true }).waitFor();
      expect(readdirSync(sftp.directory)).to.have.length(1);
      await button('Download', file('.xlsx')).waitFor();
    });

    it('says after the seven days that its links are over', async () => {
      const future = await browser.newContext();
      future.setDefaultTimeout(patienceMs);
      await future.clock.setFixedTime(Date.now() + eightDaysMs);
      const later = await future.newPage();
      await later.goto(`${product.url}/executions/${runs.report}`);
      await signIn(later);
      await later.getByText(/Could be downloaded here for seven days/).waitFor();
      await files(later).getByText('Expired').first().waitFor();
      expect(await button('Download', files(later)).count()).to.equal(0);
      await later.goto(`${product.url}/executions?type=data_export`);
      await later.locator('cqa-executions').getByText('Link expired').first().waitFor();
      await future.close();
    });

    it('that somebody asked for on the Analysis List is called so, and is found by that', async () => {
      const { token } = await mutate<{ token: string }>('session.signIn', admin);
      const answer = await fetch(`${product.url}/trpc/connectors.list?input=%7B%7D`, { headers: bearer(token) });
      const { result } = (await answer.json()) as { result: { data: { uid: string; name: string }[] } };
      const report = { date_range: 'last_30_days', columns: [{ column: 'external_interaction_id', header: 'Call' }] };
      const request = {
        ...{ name: 'Good chats', report: { ...report, file_format: 'jsonl' }, filter: { min_percentage: 50 } },
        connectors: result.data.filter(({ name }) => name === 'folder').map(({ uid }) => uid),
      };
      runs.asked = (await mutate<{ execution_id: string }>('analyses.export', request, token)).execution_id;
      await open(runs.asked);
      await status().getByText('Success', { exact: true }).waitFor();
      await page.getByText(`Export from the Analysis List to folder, asked for by ${admin.email}`).waitFor();
      await destination('folder').getByText('1 file, JSON Lines').waitFor();
      await asked('Filter of the list').getByText('score at least 50 %').waitFor();
      expect(await asked('Columns').innerText()).to.equal('external_interaction_id as “Call”');
      expect(await asked('Dates').innerText()).to.match(/^Last 30 days: .*, whole days in /);
      await fits('on-demand');
      await page.goto(`${product.url}/executions`);
      const filters = page.getByRole('search', { name: 'Filters' });
      const job = filters.locator('label.field', { hasText: /^Job/ }).locator('select');
      await job.selectOption('On demand, no job');
      await page.waitForURL('**/executions?job=on_demand');
      await eventually('the one export', async () => (await history().count()) === 1);
      await history().getByText(`From the Analysis List, by ${admin.email}`).waitFor();
      await history().getByRole('link', { name: 'Good chats' }).waitFor();
      await fits('on-demand-history');
    });
  });

  describe('the history', () => {
    const states = () => history().locator('cqa-status .badge').allInnerTexts();
    const filters = (on = page) => on.getByRole('search', { name: 'Filters' });
    const field = (title: string, on = page) =>
      filters(on)
        .locator('label.field', { hasText: new RegExp(`^${title}`) })
        .locator('select, input');

    it('is filtered by several states at once, by keyboard, and the address says so', async () => {
      await page.goto(`${product.url}/executions`);
      await history().nth(4).waitFor();
      await fits('history');
      await button('Status: All').focus();
      await page.keyboard.press('Enter');
      const choices = page.getByRole('group', { name: 'Any of these states' });
      await choices.getByText('The job is queued and waiting to start.').waitFor();
      await fits('states');
      await choices.getByRole('checkbox', { name: 'Partial Success' }).focus();
      await page.keyboard.press('Space');
      await page.waitForURL('**/executions?status=partial_success');
      await choices.getByRole('checkbox', { name: 'Cancelled' }).focus();
      await page.keyboard.press('Space');
      await page.waitForURL('**/executions?status=partial_success,cancelled');
      await page.keyboard.press('Escape');
      await button('Status: 2 chosen').waitFor();
      await eventually('three are left', async () => (await history().count()) === 3);
      expect(new Set((await states()).map((word) => word.trim()))).to.deep.equal(
        new Set(['Partial Success', 'Cancelled']),
      );
    });

    it('is filtered by type, connector, job and days, and a link shows the same', async () => {
      await filters().getByRole('button', { name: 'Clear filters' }).click();
      await page.waitForURL('**/executions');
      await field('Type').selectOption('data_export');
      await field('Connector').selectOption('results bucket');
      await field('Job').selectOption('scores');
      // No connector or job of the other type can be chosen.
      expect(await field('Connector').locator('option').allInnerTexts()).to.have.members([
        ...['All', 'folder', 'results bucket'],
      ]);
      const today = dayInIndia();
      await field('From').fill(firstDay);
      await field('To').fill(today);
      await page.waitForURL(new RegExp(`from=${firstDay}&to=${today}`));
      await eventually('two are left', async () => (await history().count()) === 2);
      const shown = await history().allInnerTexts();
      const other = await context.newPage();
      await other.goto(page.url());
      await other.locator('cqa-executions tbody tr').nth(1).waitFor();
      expect(await other.locator('cqa-executions tbody tr').allInnerTexts()).to.deep.equal(shown);
      await button('Status: All', other).waitFor();
      expect(await field('Job', other).inputValue()).to.match(/^[0-9a-f-]{36}$/);
      await other.close();
      await field('From').fill('2020-01-01');
      await field('To').fill('2020-01-31');
      await page.getByText('No execution matches').waitFor();
      await field('From').fill('2020-02-01');
      await page.getByText('The last day is before the first.').waitFor();
      await fits('nothing');
      await button('Show all').click();
      await history().nth(4).waitFor();
    });

    it('takes what an address says wrongly for not said', async () => {
      await page.goto(`${product.url}/executions?status=gone,cancelled&type=x&connector=1&from=2026-02-30`);
      await button('Status: Cancelled').waitFor();
      await eventually('one is left', async () => (await history().count()) === 1);
    });

    it('shows older ones on demand, page after page, while newer ones come', async () => {
      // The first of the new runs stands still, and the others wait for it: nothing but what is counted here moves.
      await put('f.csv', ['F-1']);
      gate.hold('f.csv');
      const asked = page.waitForRequest((request) => 'authorization' in request.headers());
      await page.goto(`${product.url}/executions`);
      const { authorization = '' } = (await asked).headers();
      const headers = { authorization, 'content-type': 'application/json' };
      const { jobs: list } = await listed(headers);
      const uid = list.find(({ name }) => name === 'nightly calls')?.uid;
      for (let i = 0; i < 50; i++)
        await fetch(`${product.url}/trpc/jobs.trigger`, { method: 'POST', headers, body: JSON.stringify({ uid }) });
      await eventually('the first one stands', () => gate.isWaiting('f.csv'));
      await eventually('a whole page', async () => (await history().count()) === 50);
      await history()
        .nth(49)
        .getByText(/unchanged/)
        .waitFor();
      await button('Show older ones').click();
      await eventually('those before', async () => (await history().count()) >= 55);
      const links = await history().locator('td.job a').all();
      const ids = await Promise.all(links.map(async (link) => (await link.getAttribute('href'))?.split('/').at(-1)));
      expect(new Set(ids)).to.include(runs.held);
      const shown = await history().count();
      const last = history().last().locator('a').first();
      await last.focus();
      const before = await last.boundingBox();
      await fetch(`${product.url}/trpc/jobs.trigger`, { method: 'POST', headers, body: JSON.stringify({ uid }) });
      await eventually('the new one', async () => (await history().count()) === shown + 1);
      expect((await page.evaluate<{ focused: string }>(placeScript)).focused).to.equal('a');
      expect(await last.boundingBox()).to.deep.equal(before);
    });

    async function listed(headers: Record<string, string>): Promise<{ jobs: { uid: string; name: string }[] }> {
      const answer = await fetch(`${product.url}/trpc/jobs.list`, { headers });
      return { jobs: ((await answer.json()) as { result: { data: { uid: string; name: string }[] } }).result.data };
    }
  });
});
