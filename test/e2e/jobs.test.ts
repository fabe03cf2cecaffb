import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DateTime } from 'luxon';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import type { Product } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const password = 'long enough!';
const sizes = [
  { width: 360, height: 740 },
  { width: 900, height: 600 },
];
const wide = { width: 1280, height: 900 };
/** All of it is still to come. */
const year = new Date().getUTCFullYear() + 2;
const configuration = `
connectors:
  - name: calls
    direction: import
    type: sftp
    config: &server
      host: "\${SFTP_HOST}"
      port: "\${SFTP_PORT}"
      username: "\${SFTP_USER}"
      credential: { type: password, password: "\${SFTP_PASSWORD}" }
      directory: "\${SFTP_FOLDER}/calls"
      file_format: csv
  - { name: bucket, direction: export, type: sftp, config: { <<: *server, directory: "\${SFTP_FOLDER}/bucket" } }
  - { name: archive, direction: export, type: sftp, config: { <<: *server, directory: "\${SFTP_FOLDER}/archive" } }
  - name: phone system
    direction: import
    type: exolite
    is_enabled: false
    config: { account_sid: acme1, api_key: key, api_token: token }
  - { name: event stream, direction: import, type: ecc6x, is_enabled: false, config: { brokers: ["127.0.0.1:1"], topic: calls } }
`;

/** As text, because it runs in the browser: what has the focus, by its label, through shadow roots. */
const focusedScript = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.getAttribute('aria-label') ?? active?.labels?.[0]?.textContent.trim() ?? '';
})()`;

/** As text, because it runs in the browser: fields of the schedule that are wider than the place they have. */
const tooWideScript = `(() => {
  const schedules = [];
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.localName === 'cqa-job-schedule') schedules.push(element);
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document);
  return schedules.flatMap((schedule) => [...schedule.shadowRoot.querySelectorAll('.field > .input')])
    .filter((input) => input.getBoundingClientRect().right > input.parentElement.getBoundingClientRect().right + 1)
    .map((input) => input.id);
})()`;

interface Job {
  uid: string;
  version: string;
  name: string;
  is_enabled: boolean;
  is_system: boolean;
  schedule: Record<string, unknown>;
  connectors: string[];
  alerts: unknown;
  next_due_at: string | null;
}

describe('Jobs & Pipelines', () => {
  let sftp: Sshd;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let bearer: string;

  before(async () => {
    sftp = await startSshd();
    for (const folder of ['calls', 'bucket', 'archive']) mkdirSync(join(sftp.directory, folder));
    [product, browser] = await Promise.all([startTestProduct(variables()), startBrowser()]);
    const words = ['--name', 'Acme', '--admin-email', 'ada@acme.example', '--admin-password', password, '--console'];
    const { account_id: account } = await call<{ account_id: string }>('account', 'create', ...words);
    const file = join(scratchFolder('configuration'), 'acme.yaml');
    writeFileSync(file, configuration);
    await call('apply', '--account', account, '-f', file);
    context = await browser.newContext({ viewport: wide });
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    const asked = page.waitForRequest((request) => 'authorization' in request.headers());
    await page.goto(`${product.url}/jobs`);
    await page.getByLabel('E-mail').fill('ada@acme.example');
    await page.getByLabel('Password').fill(password);
    await button('Sign in').click();
    bearer = (await asked).headers().authorization ?? '';
    await row('phone system').waitFor();
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await sftp?.stop();
  });

  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const button = (name: string, within: Pick<Page, 'getByRole'> = page) =>
    within.getByRole('button', { name, exact: true });
  const dialog = () => page.locator('cqa-dialog');
  const field = (label: string) => dialog().getByLabel(label, { exact: true });
  const row = (name: string) => page.locator('cqa-jobs tbody tr').filter({ has: button(`Run ${name} now`) });
  const dueTimes = () => dialog().locator('cqa-job-due time');
  const due = async () => (await dueTimes().allInnerTexts()).map((text) => text.trim());
  const gone = () => dialog().waitFor({ state: 'detached' });

  const hasFocus = (label: string) =>
    eventually(`the focus on ${label}`, async () => (await page.evaluate<string>(focusedScript)) === label);

  function variables(): NodeJS.ProcessEnv {
    const { host, port, username, password: sftpPassword = '', directory } = sftp;
    return {
      ...{ SFTP_HOST: host, SFTP_PORT: String(port), SFTP_USER: username, SFTP_PASSWORD: sftpPassword },
      SFTP_FOLDER: directory,
    };
  }

  /** The procedure itself, as somebody calls it who has no use for the console's form. */
  async function ask<T>(
    method: 'GET' | 'POST',
    procedure: string,
    input?: unknown,
  ): Promise<{ status: number; body: T }> {
    const answer = await fetch(`${product.url}/trpc/${procedure}`, {
      method,
      headers: { authorization: bearer, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: JSON.stringify(input) } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  const refusal = async (procedure: string, input: unknown) =>
    (await ask<{ error: { message: string; data: { code: string; field: string } } }>('POST', procedure, input)).body
      .error;

  async function saved(name: string): Promise<Job> {
    const { body } = await ask<{ result: { data: Job[] } }>('GET', 'jobs.list');
    const job = body.result.data.find((candidate) => candidate.name === name);
    if (!job) throw new Error(`there is no job "${name}"`);
    return job;
  }

  async function expectToFit(what: string): Promise<void> {
    for (const size of sizes) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width} × ${size.height}`).to.deep.equal([]);
    }
    await page.setViewportSize(wide);
  }

  /** Nothing is covered by the actions, which keep their place at the right while the rest scrolls. */
  async function expectWholeTable(): Promise<void> {
    for (const size of [{ width: 900, height: 600 }, wide, { width: 1440, height: 900 }]) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `the jobs at ${size.width}`).to.deep.equal([]);
      const box = page.getByRole('region', { name: 'Jobs', exact: true });
      const [needed, there] = await box.evaluate((element) => [element.scrollWidth, element.clientWidth]);
      expect(needed, `what the table needs at ${size.width}`).to.equal(there);
    }
    await page.setViewportSize(wide);
  }

  async function openNew(name: string, frequency: string): Promise<void> {
    await button('New Job', page.locator('header')).click();
    await field('Job name').fill(name);
    await dialog().getByRole('radio', { name: 'calls' }).check();
    await field('Frequency').selectOption(frequency);
  }

  async function create(name: string): Promise<Job> {
    await button('Create job', dialog()).click();
    await page.getByText(`${name} is saved.`).waitFor();
    await gone();
    await row(name).waitFor();
    return saved(name);
  }

  async function expectTimes(...times: RegExp[]): Promise<void> {
    let seen: string[] = [];
    await eventually(`the times ${times.join(', ')}`, async () => {
      seen = await due();
      return times.every((time, index) => time.test(seen[index] ?? ''));
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; shown were ${seen.join(' | ')}`);
    });
  }

  const inWords = (day: DateTime) => day.setLocale('en').toFormat('d LLL yyyy');
  const shown = (day: DateTime, time: string) =>
    new RegExp(`^${day.setLocale('en').toFormat('ccc')}, ${inWords(day)}, ${time}$`);

  /** When Europe moves its clocks. */
  function lastSunday(month: 3 | 10): DateTime<true> {
    const last = DateTime.utc(year, month, 31) as DateTime<true>;
    return last.minus({ days: last.weekday % 7 });
  }

  it('open for a new job at its name: daily at 02:30 in India, with the next five times', async () => {
    await button('New Job', page.locator('header')).click();
    await page.keyboard.type('nightly');
    expect(await field('Job name').inputValue()).to.equal('nightly');
    expect(await field('Time of day').inputValue()).to.equal('02:30');
    expect(await field('Time zone').inputValue()).to.equal('Asia/Kolkata');
    expect(await field('Never ends').isChecked()).to.equal(true);
    await expectTimes(...Array.from({ length: 5 }, () => /^\w{3}, \d{1,2} \w+ \d{4}, 02:30$/));
    expect(await dueTimes().count()).to.equal(5);
    await expectToFit('a new job');
  });

  it('say at its field what is missing, put the focus there, and save nothing', async () => {
    await button('Create job', dialog()).click();
    await dialog().getByText('Choose a connector.').waitFor();
    await hasFocus('calls');
    await page.keyboard.press('Space');
    await dialog().getByText('Choose a connector.').waitFor({ state: 'detached' });
  });

  it('offer the connectors that match the type, and no stream', async () => {
    const offered = async (kind: 'radio' | 'checkbox') => {
      const labels = await dialog().locator(`cqa-job-connectors label:has(input[type=${kind}]) .break`).allInnerTexts();
      return labels.sort();
    };
    expect(await offered('radio')).to.deep.equal(['calls', 'phone system']);
    await field('Type').selectOption('data_export');
    await eventually('the destinations', async () => (await offered('checkbox')).join() === 'archive,bucket');
    await field('Type').selectOption('data_import');
    await dialog().getByRole('radio', { name: 'calls' }).check();
    expect((await create('nightly')).connectors).to.deep.equal(['calls']);
    await row('nightly').getByText('Daily at 02:30 (Asia/Kolkata)').waitFor();
    await row('nightly').getByText('ada@acme.example').waitFor();
    await row('nightly').getByText('Active', { exact: true }).waitFor();
    await row('nightly').getByText('not yet').waitFor();
  });

  it('are made with each kind of schedule', async () => {
    await openNew('once', 'one_time');
    for (const size of [...sizes, wide]) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `one time at ${size.width}`).to.deep.equal([]);
      expect(await page.evaluate(tooWideScript), `one time at ${size.width}`).to.deep.equal([]);
    }
    const at = `${year}-01-31T08:15`;
    await field('Date and time').fill(at);
    await expectTimes(shown(DateTime.fromISO(at), '08:15'));
    await dialog().getByText('There are no more').waitFor();
    expect((await create('once')).schedule).to.include({ frequency: 'one_time', at });

    await openNew('weekly', 'weekly');
    await field('Monday').uncheck();
    await dialog().locator('cqa-job-due').getByText('Choose at least one day.').waitFor();
    expect(await due()).to.deep.equal([]);
    await field('Tuesday').check();
    await field('Saturday').check();
    await expectTimes(/^(Tue|Sat), .* 02:30$/);
    expect((await create('weekly')).schedule).to.deep.include({ frequency: 'weekly', days: ['tuesday', 'saturday'] });

    await openNew('monthly', 'monthly');
    await field('Day of the month').selectOption('31');
    await dialog().getByText('In a month without day 31 it runs on its last day.').waitFor();
    await dialog()
      .getByText(/has (28|30) days, so it runs on the last\./)
      .first()
      .waitFor();
    expect((await create('monthly')).schedule).to.include({ frequency: 'monthly', day: 31 });

    await openNew('often', 'every');
    await field('Minutes').fill('20');
    await expectTimes(...Array.from({ length: 5 }, () => /:(00|20|40)$/));
    expect((await create('often')).schedule).to.include({ frequency: 'every', minutes: 20 });

    await openNew('by cron', 'cron');
    await field('Cron expression').fill('15 6 * * mon-fri');
    await expectTimes(/^(Mon|Tue|Wed|Thu|Fri), .* 06:15$/);
    expect((await create('by cron')).schedule).to.include({ frequency: 'cron', expression: '15 6 * * mon-fri' });
  });

  it('show which of the next times the clocks move, in the job’s own zone', async () => {
    const [spring, autumn] = [lastSunday(3), lastSunday(10)];
    const end = autumn.plus({ days: 1 });
    await openNew('in Paris', 'daily');
    await field('Time zone').fill('Europe/Paris');
    await field('Start date').fill(spring.minus({ days: 1 }).toISODate());
    await expectTimes(
      shown(spring.minus({ days: 1 }), '02:30'),
      shown(spring, '03:00'),
      shown(spring.plus({ days: 1 }), '02:30'),
    );
    await dialog().getByText('The clocks skip 02:30 that day, so it runs when they go on, at 03:00.').waitFor();
    await field('Start date').fill(autumn.toISODate());
    await dialog().getByText('The clocks show 02:30 twice that day; it runs once, at the first.').waitFor();
    await field('Never ends').uncheck();
    await field('End date').fill(end.toISODate());
    await expectTimes(shown(autumn, '02:30'), shown(end, '02:30'));
    expect(await dueTimes().count()).to.equal(2);
    await field('End date').fill(`${year}-10-01`);
    await dialog().locator('.problem').getByText('The end lies before the start.').waitFor();
    await field('End date').fill(end.toISODate());
    await field('If the last run still goes on').selectOption('queue');
    await expectToFit('a job with an end');
    expect((await create('in Paris')).schedule).to.include({
      ...{ timezone: 'Europe/Paris', start_date: autumn.toISODate(), end_date: end.toISODate(), overlap: 'queue' },
    });
    await row('in Paris')
      .getByText(`from ${inWords(autumn)}, until ${inWords(end)}`)
      .waitFor();
  });

  it('tell what is wrong with a cron expression at its field, as it is typed', async () => {
    troubles.expect(/400.*jobs\.(previewDue|create)/);
    await openNew('wrong', 'cron');
    const cron = field('Cron expression');
    for (const [expression, words] of [
      ['61 * * * *', '"61" cannot be the minute'],
      ['0 0 31 2 *', 'no such day ever comes'],
      ['0 0 * *', 'has 4 fields; five are needed'],
    ] as const) {
      await cron.fill(expression);
      await dialog().locator('.problem').getByText(words).waitFor();
      expect(await cron.getAttribute('aria-invalid')).to.equal('true');
    }
    await expectToFit('a wrong cron expression');
    await button('Create job', dialog()).click();
    await hasFocus('Cron expression');
    await cron.fill('@hourly');
    await expectTimes(/:00$/);
    expect(await cron.getAttribute('aria-invalid')).to.equal('false');
    await page.keyboard.press('Escape');
    await button('Discard', dialog()).click();
    await gone();
  });

  it('propose a time that is still to come, and refuse at its field one that is over', async () => {
    troubles.expect(/400.*jobs\.create/);
    await openNew('over', 'one_time');
    await expectTimes(/, 02:30$/);
    await field('Date and time').fill('2020-01-31T08:15');
    await dialog().locator('cqa-job-due').getByText('It would never run:').waitFor();
    await button('Create job', dialog()).click();
    await dialog().locator('.problem').getByText('2020-01-31 08:15 is over in Asia/Kolkata').waitFor();
    await hasFocus('Date and time');
    await expectToFit('a time that is over');
    await page.keyboard.press('Escape');
    await button('Discard', dialog()).click();
    await gone();
  });

  it('deliver a report to several destinations', async () => {
    await button('New Job', page.locator('header')).click();
    await field('Job name').fill('report');
    await field('Type').selectOption('data_export');
    await dialog().getByRole('checkbox', { name: 'bucket' }).check();
    await dialog().getByRole('checkbox', { name: 'archive' }).check();
    expect((await create('report')).connectors).to.deep.equal(['bucket', 'archive']);
    await row('report').getByText('bucket, archive').waitFor();
  });

  it('are edited as they were typed', async () => {
    await button('Edit weekly').click();
    expect(await field('Tuesday').isChecked()).to.equal(true);
    expect(await field('Monday').isChecked()).to.equal(false);
    await field('Job name').fill('twice a week');
    await field('Time of day').fill('07:45');
    await expectTimes(/^(Tue|Sat), .* 07:45$/);
    await button('Save', dialog()).click();
    await gone();
    await row('twice a week').getByText('Weekly on Tuesday and Saturday at 07:45').waitFor();
    expect((await saved('twice a week')).schedule).to.deep.include({ days: ['tuesday', 'saturday'], at: '07:45' });
  });

  it('stay disabled where somebody disabled them while they were edited', async () => {
    await button('Edit twice a week').click();
    const { uid } = await saved('twice a week');
    await ask('POST', 'jobs.setEnabled', { uid, enabled: false });
    await field('Time of day').fill('08:00');
    await button('Save', dialog()).click();
    await gone();
    expect(await saved('twice a week')).to.deep.include({ is_enabled: false, next_due_at: null });
    await row('twice a week').getByText('none while disabled').waitFor();
  });

  it('are duplicated as a disabled copy, which opens at once', async () => {
    await button('Duplicate report').click();
    await page.getByRole('dialog', { name: 'Edit report (copy)' }).waitFor();
    expect(await field('Job name').inputValue()).to.equal('report (copy)');
    expect(await field('Enabled').isChecked()).to.equal(false);
    expect(await saved('report (copy)')).to.deep.include({
      ...{ is_enabled: false, next_due_at: null, connectors: ['bucket', 'archive'] },
    });
    await expectToFit('a copy');
    await dialog().getByRole('checkbox', { name: 'archive' }).uncheck();
    await button('Save', dialog()).click();
    await gone();
    await row('report (copy)').getByText('none while disabled').waitFor();
    expect((await saved('report (copy)')).connectors).to.deep.equal(['bucket']);
    expect((await saved('report')).connectors).to.deep.equal(['bucket', 'archive']);
  });

  it('are disabled and enabled, and due again then', async () => {
    await button('Disable nightly').click();
    await row('nightly').getByText('Disabled', { exact: true }).waitFor();
    await row('nightly').getByText('none while disabled').waitFor();
    expect((await saved('nightly')).next_due_at).to.equal(null);
    await button('Enable nightly').click();
    await row('nightly').getByText('Active', { exact: true }).waitFor();
    expect((await saved('nightly')).next_due_at).to.match(/T21:00:00\.000Z$/);
    await expectToFit('the jobs');
  });

  it('are run at once, also while they are disabled, and lead to their execution', async () => {
    await button('Disable often').click();
    await row('often').getByText('Disabled', { exact: true }).waitFor();
    await button('Run often now').click();
    await page.waitForURL(/\/executions\/[0-9a-f-]{36}$/);
    await page.locator('cqa-execution').getByText('Success').first().waitFor();
    await page.goBack();
    await row('often').getByText('Success').waitFor();
    await row('often')
      .getByRole('link', { name: /ago|just now/ })
      .waitFor();
  });

  it('show who made them, by an ellipsis where there is no room, also beside the longest words', async () => {
    rmdirSync(join(sftp.directory, 'calls'));
    await button('Run nightly now').click();
    await page.waitForURL(/\/executions\/[0-9a-f-]{36}$/);
    await page.locator('cqa-execution').getByText('Handler Failed').first().waitFor();
    mkdirSync(join(sftp.directory, 'calls'));
    await page.goBack();
    await row('nightly').getByText('Handler Failed').waitFor();
    await expectWholeTable();
  });

  it('are deleted once their name is typed', async () => {
    await button('Delete once').click();
    const act = button('Delete job', dialog());
    expect(await act.isDisabled()).to.equal(true);
    await dialog().getByRole('textbox').fill('once');
    await expectToFit('deleting a job');
    await act.click();
    await page.getByText('once is deleted.').waitFor();
    await row('once').waitFor({ state: 'detached' });
    await hasFocus('Jobs');
  });

  it('refuse a connector that does not match, by its name, whoever asks', async () => {
    const job = { name: 'mismatched', type: 'data_import', schedule: { frequency: 'daily' } };
    const refused = await refusal('jobs.create', { ...job, connectors: ['bucket'] });
    expect(refused.data).to.include({ code: 'invalid', field: 'connectors' });
    expect(refused.message).to.equal('"bucket" is an export connector; this job needs one for import.');
    const stream = await refusal('jobs.create', { ...job, connectors: ['event stream'] });
    expect(stream.message).to.match(/"event stream" is read all the time by the job that was made for it/);
    const { uid, version, schedule } = await saved('nightly');
    const changed = { ...job, name: 'nightly', schedule, uid, version, connectors: ['archive'] };
    expect((await refusal('jobs.update', changed)).message).to.match(/"archive" is an export connector/);
  });

  it('that the product made are marked, and neither changed, duplicated nor deleted', async () => {
    for (const name of ['phone system', 'event stream']) {
      await row(name).getByText('auto-scheduled').waitFor();
      expect(await button(`Delete ${name}`).isDisabled()).to.equal(true);
      expect(await button(`Duplicate ${name}`).isDisabled()).to.equal(true);
      expect(await button(`Edit ${name}`).count()).to.equal(0);
    }
    expect(await button('Run event stream now').isDisabled()).to.equal(true);
    const { uid, version, schedule, connectors } = await saved('phone system');
    const changed = { uid, version, name: 'phone system', type: 'data_import', connectors, schedule };
    expect(
      (await refusal('jobs.update', { ...changed, schedule: { frequency: 'daily', at: '05:00' } })).message,
    ).to.match(/cannot be changed here/);
    expect((await refusal('jobs.remove', { uid })).message).to.match(/cannot be deleted here/);
    expect((await refusal('jobs.duplicate', { uid })).message).to.match(/cannot be duplicated/);
    expect(await saved('phone system')).to.deep.include({ schedule, is_system: true });
  });

  it('that the product made are disabled and enabled, and told of to whom they say', async () => {
    await button('Disable phone system').click();
    await row('phone system').getByText('Disabled', { exact: true }).waitFor();
    await button('Enable phone system').click();
    await row('phone system').getByText('Active', { exact: true }).waitFor();
    await button('Alerts of phone system').click();
    await field('Others, for this job').check();
    await field('Email addresses').fill('owner@acme.example');
    await expectToFit('the alerts of a job that the product made');
    await button('Save', dialog()).click();
    await page.getByText('The alerts of phone system are saved.').waitFor();
    await gone();
    expect((await saved('phone system')).alerts).to.deep.include({ emails: ['owner@acme.example'] });
    await button('Alerts of event stream').click();
    await dialog().getByLabel('Nobody; alerts stand in the console alone').check();
    await button('Save', dialog()).click();
    await page.getByText('The alerts of event stream are saved.').waitFor();
    expect((await saved('event stream')).alerts).to.equal('off');
  });

  it('say at the address what is wrong with alerts of their own', async () => {
    troubles.expect(/400.*alerts\.setJob/);
    await button('Alerts of phone system').click();
    await field('Email addresses').fill('nobody');
    await button('Save', dialog()).click();
    await dialog().locator('.problem').getByText('an email address').waitFor();
    expect(await field('Email addresses').getAttribute('aria-invalid')).to.equal('true');
    await page.keyboard.press('Escape');
    await button('Discard', dialog()).click();
    await gone();
  });
});
