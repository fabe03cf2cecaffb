import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type Product, packageRoot, startProduct } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { type Troubles, watchTroubles } from '../harness/watched-page.ts';

const admin = { email: 'admin@northwind.example', password: 'long enough!' };

/** One admin's first day, step by step in a real browser: each step goes on where the one before ended. */
describe('the console, from an empty installation to a downloaded report', () => {
  let sftp: Sshd;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;

  before(async () => {
    const directory = join(scratchFolder('customer'), 'home');
    chmodSync(dirname(directory), 0o711);
    cpSync(join(packageRoot, 'test/samples'), join(directory, 'calls'), { recursive: true });
    mkdirSync(join(directory, 'reports'));
    [sftp, product, browser] = await Promise.all([
      startSshd({ directory }),
      startProduct({ dataDir: scratchFolder('product') }),
      startBrowser(),
    ]);
    context = await browser.newContext({ acceptDownloads: true, timezoneId: 'Asia/Kolkata' });
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await sftp?.stop();
  });

  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  const dialog = () => page.locator('cqa-connector-dialog');
  const button = (name: string | RegExp, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true });
  const card = (name: string) => page.getByRole('article', { name, exact: true });
  const go = (title: string) => page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
  const heading = (title: string) => page.getByRole('heading', { name: title, exact: true });
  const said = (words: string) => page.locator('.said').getByText(words).waitFor();

  async function fillConnector(fields: { name: string; folder: string; port?: string }): Promise<void> {
    await dialog().getByLabel('Connector name', { exact: true }).fill(fields.name);
    await dialog().getByLabel('Host', { exact: true }).fill(sftp.host);
    await dialog()
      .getByLabel('Port', { exact: true })
      .fill(fields.port ?? String(sftp.port));
    await dialog().getByLabel('Folder', { exact: true }).fill(join(sftp.directory, fields.folder));
    await dialog().getByLabel('User name', { exact: true }).fill(sftp.username);
  }

  const password = () => dialog().locator('input[type=password]');
  const steps = () => dialog().locator('cqa-check-steps');

  async function signIn({ email, password }: typeof admin): Promise<void> {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await button('Sign in').click();
  }

  it('makes the first account in the browser and signs its admin in', async () => {
    await page.goto(product.url);
    await heading('Set up your first account').waitFor();
    await page.getByLabel('Account name').fill('Northwind');
    await page.getByLabel('Your e-mail').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    expect(await page.getByLabel('Time zone').inputValue()).to.match(/^Asia\/(Kolkata|Calcutta)$/);
    await button('Create the account').click();
    await heading('Overview').waitFor();
    await page.getByRole('heading', { name: 'Begin with a connector' }).waitFor();
  });

  it('tells in words that a password is wrong, and lets the right one in', async () => {
    troubles.expect(/status of 401.*session\.signIn/);
    await button(`Sign out ${admin.email}`).click();
    await signIn({ ...admin, password: 'not this one' });
    await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
    await signIn(admin);
    await heading('Overview').waitFor();
  });

  it('stays signed in over a reload', async () => {
    await page.reload();
    await heading('Overview').waitFor();
  });

  it('draws the form of an SFTP connector from the server’s schema', async () => {
    await go('Data Import');
    await page.getByRole('heading', { name: 'Nothing brings conversations in yet' }).waitFor();
    await button('New Connector', page.locator('header')).click();
    await button(/^SFTP server/, dialog().locator('.group').first()).click();
    await dialog().getByRole('heading', { name: 'Who signs in' }).waitFor();
    expect(await dialog().getByLabel('Port', { exact: true }).inputValue()).to.equal('22');
    await button('Save', dialog()).click();
    await dialog().getByText('A name is needed.').waitFor();
    await dialog().getByText('Host is needed.').waitFor();
  });

  it('tells a wrong port in words, at the step that failed', async () => {
    await fillConnector({ name: 'Northwind calls', folder: 'calls', port: '1' });
    await password().fill(sftp.password ?? '');
    await button('Test connection', dialog()).click();
    await steps().locator('li.failed').getByText('Reach the server').waitFor();
    expect(await steps().locator('li.failed').innerText()).to.match(/127\.0\.0\.1.*1/);
    await steps().getByText('It does not work yet.').waitFor();
  });

  it('tells a wrong password in words, at the step that failed', async () => {
    await dialog().getByLabel('Port', { exact: true }).fill(String(sftp.port));
    await password().fill('not the password');
    await button('Test connection', dialog()).click();
    await steps().locator('li.failed').getByText('Sign in', { exact: true }).waitFor();
    expect(await steps().locator('li.failed').innerText()).to.match(/password/);
    expect(await steps().locator('li:not(.failed)').count()).to.equal(2);
  });

  it('tests the connection in place, shows the host key, pins it and saves', async () => {
    await password().fill(sftp.password ?? '');
    await button('Test connection', dialog()).click();
    await steps().getByText(`Signed in as ${sftp.username}.`).waitFor();
    await steps().getByText('calls.csv').waitFor();
    await steps().getByText(sftp.hostKeyFingerprint).waitFor();
    await button('Pin this key', dialog()).click();
    expect(await dialog().getByLabel('Host key fingerprint').inputValue()).to.equal(sftp.hostKeyFingerprint);
    await dialog().getByText('The server showed this key.').waitFor();
    await dialog().getByLabel('Wait for complete files').fill('0');
    await button('Save', dialog()).click();
    await said('Northwind calls is saved.');
    await card('Northwind calls').getByText(sftp.hostKeyFingerprint).waitFor();
    await expectGone(dialog());
  });

  it('tests a saved connector from its card', async () => {
    await button('Test connection', card('Northwind calls')).click();
    await card('Northwind calls').getByText(`Signed in as ${sftp.username}.`).waitFor();
    await card('Northwind calls').getByText('Works', { exact: true }).waitFor();
  });

  it('makes a key pair for an SSH key connector and hands over its public half', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await button('New Connector').click();
    await button(/^SFTP server/, dialog().locator('.group').first()).click();
    await fillConnector({ name: 'By key', folder: 'calls' });
    await dialog().getByRole('radio', { name: 'SSH key' }).check();
    await button('Save', dialog()).click();
    const publicKey = await dialog().locator('cqa-public-side code').innerText();
    expect(publicKey).to.match(/^ssh-ed25519 \S+/);
    await button('Copy', dialog().locator('cqa-public-side')).click();
    await dialog().getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(publicKey);
    await button('Done', dialog()).click();
    sftp.authorize(publicKey);
    await button('Test connection', card('By key')).click();
    await card('By key').getByText(`Signed in as ${sftp.username}.`).waitFor();
    expect(await card('By key').locator('cqa-public-side code').innerText()).to.equal(publicKey);
  });

  it('takes a private key of one’s own, lines and all, and never shows it again', async () => {
    await button('Edit By key').click();
    expect(await dialog().getByLabel('Private key').inputValue()).to.equal('');
    await dialog().getByLabel('Private key').fill(sftp.privateKey);
    await button('Test connection', dialog()).click();
    await steps().getByText(`Signed in as ${sftp.username}.`).waitFor();
    await button('Save', dialog()).click();
    await dialog().locator('cqa-public-side').getByText('ssh-ed25519').waitFor();
    await button('Done', dialog()).click();
    await button('Test connection', card('By key')).click();
    await card('By key').getByText('Everything works').waitFor();
    expect(await card('By key').locator('cqa-public-side code').innerText()).to.match(/^ssh-ed25519 \S+ client$/);
    await button('Edit By key').click();
    expect(await dialog().getByLabel('Private key').inputValue()).to.equal('');
    await button('Close').click();
  });

  it('keeps a secret that is not typed again when a connector is edited', async () => {
    await button('Edit Northwind calls').click();
    expect(await password().inputValue()).to.equal('');
    await dialog().getByLabel('Connector name', { exact: true }).fill('Northwind');
    await button('Save', dialog()).click();
    await said('Northwind is saved.');
    await button('Test connection', card('Northwind')).click();
    await card('Northwind').getByText(`Signed in as ${sftp.username}.`).waitFor();
  });

  it('disables a connector and enables it again', async () => {
    await button('Disable By key').click();
    await card('By key').getByText('Disabled', { exact: true }).waitFor();
    await button('Enable By key').click();
    await card('By key').getByText('Active', { exact: true }).waitFor();
  });

  it('makes an export connector whose test writes and removes a file', async () => {
    await go('Data Export');
    await heading('Data Export').waitFor();
    await button('New Connector', page.locator('header')).click();
    await button(/^SFTP server/, dialog().locator('.group').first()).click();
    await fillConnector({ name: 'Results', folder: 'reports' });
    await password().fill(sftp.password ?? '');
    await button('Test connection', dialog()).click();
    await steps().getByText('A test file was written').waitFor();
    await button('Save', dialog()).click();
    await said('Results is saved.');
    await card('Results').waitFor();
    expect(readdirSync(join(sftp.directory, 'reports'))).to.deep.equal([]);
  });

  const jobDialog = () => page.locator('cqa-job-dialog');

  it('offers a new job only the connectors of its type, and the next five times', async () => {
    await button('New Job', page.locator('header')).click();
    await jobDialog().getByLabel('Job name', { exact: true }).fill('Nightly import');
    await jobDialog().getByRole('radio', { name: 'Northwind' }).check();
    expect(await jobDialog().locator('cqa-job-connectors').getByRole('radio').count()).to.equal(2);
    expect(await jobDialog().getByText('Results').count()).to.equal(0);
    await jobDialog().getByLabel('Time of day').fill('02:30');
    // Run by hand alone: it does not come due meanwhile.
    await jobDialog().getByLabel('Start date', { exact: true }).fill('2099-01-01');
    await jobDialog().locator('cqa-job-due time').nth(4).waitFor();
    const times = await jobDialog().locator('cqa-job-due time').allInnerTexts();
    expect(times).to.have.length(5);
    for (const time of times) expect(time).to.match(/0?2:30/);
    await button('Create job', jobDialog()).click();
    await heading('Jobs & Pipelines').waitFor();
    await page.getByRole('row', { name: /Nightly import/ }).waitFor();
  });

  it('runs a job by hand and fills the Analysis List without another hand', async () => {
    await applyQuality();
    const list = await context.newPage();
    await list.goto(`${product.url}/analyses`);
    await list.getByText('No conversations yet').waitFor();
    await button('Run Nightly import now').click();
    await page.locator('cqa-execution cqa-status').getByText('Success').waitFor();
    await list.locator('tbody tr').nth(10).waitFor();
    await list.getByRole('row', { name: /CALL-1001 .*Completed/ }).waitFor();
    await list.getByRole('row', { name: /CALL-1002 .*Completed.* of 15/ }).waitFor();
    // A chat has no sound, so only what was said is judged.
    await list.getByRole('row', { name: /CALL-1009 .*Completed.* of 5/ }).waitFor();
    await list.close();
  });

  async function applyQuality(): Promise<void> {
    const { account_id } = await signedInAccount();
    const file = join(packageRoot, 'test/e2e/quality.yaml');
    await cqa(product.environment, 'apply', '--account', account_id, '-f', file);
  }

  /** The account's id is shown nowhere in the console yet; the page's own first question is answered with it. */
  async function signedInAccount(): Promise<{ account_id: string }> {
    const answer = page.waitForResponse(/session\.me/);
    await page.reload();
    return (await (await answer).json()).result.data.account;
  }

  it('shows the run with its counts, its rejected rows and what became of it', async () => {
    const run = page.locator('cqa-execution');
    await run.getByText('3 rejected rows').waitFor();
    const reasons = run.locator('cqa-rejected-rows tbody tr');
    await reasons.nth(2).waitFor();
    expect((await reasons.allInnerTexts()).join('\n'))
      .to.include('external_interaction_id')
      .and.include('the day before');
    await run.getByText('7 of 9, 2 failed').waitFor();
    await run.getByText('9 of 9').waitFor();
    await go('Execution History');
    const row = page.getByRole('row', { name: /Nightly import/ });
    await row.getByText('11 imported · 3 rejected').waitFor();
    await row.getByText('Success').waitFor();
  });

  it('plays a recording, seeks in it, and shows the scores with their reasons', async () => {
    await go('Analysis List');
    await page.getByRole('link', { name: 'CALL-1002' }).click();
    await heading('CALL-1002').waitFor();
    await page.locator('cqa-player svg.lane').nth(1).waitFor();
    // Over and over: on a slow machine it would end before anybody looks.
    const audio = page.locator('cqa-player audio');
    await audio.evaluate('(audio) => { audio.loop = true }');
    await button('Play').click();
    await untilAudio('audio.currentTime > 0.2 && !audio.paused');
    await button('Pause').click();
    await page.getByLabel('Place in the recording').fill('9');
    await untilAudio('audio.paused && !audio.seeking && Math.abs(audio.currentTime - 9) < 0.5');
    // Noted when it begins, for later it may be anywhere.
    await audio.evaluate(
      `(audio) => { audio.addEventListener('playing', () => { audio.began = audio.currentTime }, { once: true }) }`,
    );
    await button('Play from 00:04', page.locator('cqa-transcript'))
      .or(page.getByRole('button', { name: /Play from 0?0:04/ }))
      .first()
      .click();
    await untilAudio('!audio.paused && audio.began >= 4 && audio.began < 9');
    const scores = page.locator('cqa-score-card');
    await scores.getByText('of 15 points').waitFor();
    const silence = scores.locator('.kpi', { hasText: 'No long dead air' });
    expect(await silence.locator('.answer').innerText()).to.match(/No\s+0 of 10/);
    expect(await silence.locator('.why').innerText()).to.match(/dead air/i);
    expect(await scores.locator('.kpi', { hasText: 'Greets' }).locator('.evidence').innerText()).to.match(
      /thank you for calling/i,
    );
  });

  async function untilAudio(condition: string): Promise<void> {
    const audio = await page.locator('cqa-player audio').elementHandle();
    await page.waitForFunction(`(audio) => ${condition}`, audio);
  }

  it('delivers a report by an export job and gives it for download from the history', async () => {
    await button('New Job').click();
    await jobDialog().getByLabel('Job name', { exact: true }).fill('Monthly report');
    await jobDialog().getByLabel('Type', { exact: true }).selectOption('data_export');
    await jobDialog().getByRole('checkbox', { name: 'Results' }).check();
    expect(await jobDialog().locator('cqa-job-connectors').getByRole('radio').count()).to.equal(0);
    await jobDialog().getByLabel('Frequency').selectOption('monthly');
    await jobDialog().getByRole('combobox', { name: 'Quality profile' }).selectOption('Basics');
    await jobDialog().getByLabel('Dates', { exact: true }).selectOption('between');
    await jobDialog().getByLabel('From', { exact: true }).fill('2026-11-01');
    await jobDialog().getByLabel('To', { exact: true }).fill('2026-11-30');
    await button('Create job', jobDialog()).click();
    await button('Run Monthly report now').click();
    await page.locator('cqa-execution cqa-status').getByText('Success').waitFor();
    await go('Execution History');
    const row = page.getByRole('row', { name: /Monthly report/ });
    const [download] = await Promise.all([page.waitForEvent('download'), button('Report', row).click()]);
    const report = readFileSync(await download.path(), 'utf8');
    const [delivered = ''] = readdirSync(join(sftp.directory, 'reports'));
    expect(download.suggestedFilename()).to.equal(delivered);
    expect(report).to.equal(readFileSync(join(sftp.directory, 'reports', delivered), 'utf8'));
    const lines = report.trim().split('\r\n');
    expect(lines[0]).to.match(/^\uFEFF?external_interaction_id,channel_type,/);
    expect(lines).to.have.length(10);
  });

  it('says what deleting a connector does to its jobs before it is done', async () => {
    await go('Data Import');
    await button('Delete Northwind').click();
    const removal = page.locator('cqa-connector-removal');
    await removal.getByText('Nightly import').waitFor();
    expect(await button('Delete connector', removal).isDisabled()).to.equal(true);
    await button('Keep it', removal).click();
    await button('Delete By key').click();
    await removal.getByText('No job uses it.').waitFor();
    await removal.getByLabel('to confirm').fill('By key');
    await button('Delete connector', removal).click();
    await said('By key is deleted.');
    await expectGone(card('By key'));
  });

  it('disables and deletes a job', async () => {
    await go('Jobs & Pipelines');
    await button('Disable Nightly import').click();
    await page.getByRole('row', { name: /Nightly import .*Disabled/ }).waitFor();
    await button('Delete Nightly import').click();
    await page.getByLabel('to confirm').fill('Nightly import');
    await button('Delete job').click();
    await said('Nightly import is deleted.');
    await expectGone(page.getByRole('row', { name: /Nightly import/ }));
    await go('Execution History');
    await page.getByRole('row', { name: /Nightly import/ }).waitFor();
  });

  it('signs out, and a reload stays signed out', async () => {
    await button(`Sign out ${admin.email}`).click();
    await page.getByLabel('E-mail').waitFor();
    await page.reload();
    await page.getByLabel('E-mail').waitFor();
  });

  const expectGone = (locator: Locator) => locator.waitFor({ state: 'detached' });
});
