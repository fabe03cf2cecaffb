import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import readXlsx from 'read-excel-file/node';
import { startBrowser } from '../harness/browser.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';
import { admin, NovemberChats, northern, password } from './november-chats.ts';

const wide = { width: 1280, height: 900 };
const sizes = [
  { width: 360, height: 740 },
  { width: 900, height: 600 },
];

interface Job {
  uid: string;
  name: string;
  report: Record<string, unknown> | null;
}

/** The job dialog's half of the reports: from the configuration over its preview to the file at the destination. */
describe('a report of an export job', () => {
  let chats: NovemberChats;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;

  before(async () => {
    [chats, browser] = await Promise.all([NovemberChats.open(), startBrowser()]);
    context = await browser.newContext({ viewport: wide });
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await page.goto(`${chats.product.url}/jobs`);
    await chats.signIn(page, admin);
    await row('calls').waitFor();
  });

  after(async () => {
    await browser?.close();
    await chats?.close();
  });

  afterEach(() => expect(troubles.unexpected()).to.deep.equal([]));

  const button = (name: string | RegExp, within: Pick<Page, 'getByRole'> = page) =>
    within.getByRole('button', { name, exact: true });
  const row = (name: string) => page.locator('cqa-jobs tbody tr').filter({ has: button(`Run ${name} now`) });
  const dialog = () => page.locator('cqa-job-dialog');
  const field = (label: string) => dialog().getByLabel(label, { exact: true });
  const gone = () => dialog().waitFor({ state: 'detached' });
  const preview = () => dialog().locator('cqa-report-preview');
  const previewHas = (count: string) => preview().locator('.count').getByText(count, { exact: true }).waitFor();
  const chosen = () => dialog().locator('cqa-chosen-columns .name').allInnerTexts();

  async function savedReport(name: string): Promise<Job['report']> {
    const job = (await chats.ask<Job[]>('GET', 'jobs.list')).find((candidate) => candidate.name === name);
    if (!job) throw new Error(`there is no job "${name}"`);
    return job.report;
  }

  async function expectToFit(what: string): Promise<void> {
    for (const size of sizes) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width} × ${size.height}`).to.deep.equal([]);
    }
    await page.setViewportSize(wide);
  }

  async function expectColumns(...titles: string[]): Promise<void> {
    await eventually(`the columns ${titles.join(', ')}`, async () => (await chosen()).join() === titles.join());
  }

  /** By its handle, with the mouse, past the middle of the row at that place. */
  async function drag(from: number, to: number): Promise<void> {
    const handle = (index: number) => dialog().locator('cqa-chosen-columns .handle').nth(index);
    await handle(from).hover();
    const end = await handle(to).boundingBox();
    if (!end) throw new Error('the columns are not drawn');
    await page.mouse.down();
    const past = end.y + end.height / 2 + (to > from ? 4 : -4);
    await page.mouse.move(end.x + 8, past, { steps: 8 });
    await page.mouse.up();
  }

  async function openNewExport(name: string): Promise<void> {
    await button('New Job', page.locator('header')).click();
    await field('Job name').fill(name);
    await field('Type').selectOption('data_export');
    await field('Start date').fill('2099-01-01');
    await dialog().getByRole('checkbox', { name: 'customer' }).check();
  }

  async function chooseNovember(): Promise<void> {
    await field('Dates').selectOption('between');
    await field('From').fill('2026-11-01');
    await field('To').fill('2026-11-30');
  }

  it('begins with the last seven days, the default columns and CSV, and says which days these are', async () => {
    await openNewExport('november');
    expect(await field('Dates').inputValue()).to.equal('last_7_days');
    await dialog()
      .getByText(/^\d+ \w+ \d{4} to \d+ \w+ \d{4} in Asia\/Kolkata, if it runs today/)
      .waitFor();
    await expectColumns(
      ...['External interaction id', 'Channel type', 'Interaction start time', 'Duration seconds', 'Agent name'],
      ...['Final score', 'Max score', 'Percentage score'],
    );
    expect(await dialog().getByRole('radio', { name: 'CSV' }).isChecked()).to.equal(true);
    expect(await button('Reset to default').isDisabled()).to.equal(true);
  });

  it('shows the first rows, how many there are and of which days, and asks anew when something changes', async () => {
    await chooseNovember();
    await previewHas('40 rows.');
    await preview().getByText('1 Nov 2026 to 30 Nov 2026, whole days in Asia/Kolkata (GMT+5:30).').waitFor();
    expect(await preview().locator('tbody tr').count()).to.equal(20);
    await field('To').fill('2026-10-01');
    await dialog().locator('.problem').getByText('The last day lies before the first.').waitFor();
    await preview().getByText('Then the first rows stand here.').waitFor();
    await field('From').fill('2026-10-01');
    await previewHas('No rows match.');
    await chooseNovember();
    await dialog().getByRole('combobox', { name: 'Quality profile' }).selectOption('Basics');
    await previewHas('40 rows.');
    await expectToFit('the report of a new job');
  });

  it('is narrowed by a saved filter, one’s own or a shared one, and says what it holds', async () => {
    await chats.ask('POST', 'savedFilters.create', { name: 'My greetings', filter: { min_percentage: 100 } });
    await page.keyboard.press('Escape');
    await button('Discard', dialog()).click();
    await gone();
    await openNewExport('november');
    await chooseNovember();
    const group = (name: string) => field('Saved filter').locator(`optgroup[label="${name}"] option`).allInnerTexts();
    await eventually('the filters', async () => (await group('Your own')).join() === 'My greetings');
    expect(await group('Shared')).to.deep.equal(['Northern team']);
    await field('Saved filter').selectOption('My greetings');
    await dialog().getByText('It holds: score at least 100 %.').waitFor();
    await previewHas('20 rows.');
    await field('Saved filter').selectOption('Northern team');
    await dialog().getByText('It holds: Team “North”. Shared by the account.').waitFor();
    await previewHas(`${northern} rows.`);
  });

  it('has its columns found, added, moved by buttons and by dragging, and taken out', async () => {
    await field('Find a column').fill('greets answer');
    await field('Greets: answer').check();
    await field('Find a column').fill('team');
    await field('Team').check();
    await field('Find a column').fill('metadata.branch');
    await button('Add the metadata field “branch”').click();
    for (const title of ['Interaction start time', 'Duration seconds', 'Max score', 'Percentage score'])
      await button(`Remove ${title}`).click();
    const rest = ['External interaction id', 'Channel type', 'Agent name', 'Final score', 'Greets: answer', 'Team'];
    await expectColumns(...rest, 'metadata.branch');
    const warning = preview().getByText(/^The column "branch" may stay empty: no metadata "branch" is declared/);
    await warning.waitFor();
    await expectToFit('a column that nobody knows');
    await button('Remove metadata.branch').click();
    await warning.waitFor({ state: 'detached' });
    await button('Move up Final score').click();
    await button('Move up Final score').and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await expectColumns(
      ...['External interaction id', 'Final score', 'Channel type', 'Agent name', 'Greets: answer', 'Team'],
    );
    await drag(0, 2);
    await expectColumns(
      ...['Final score', 'Channel type', 'External interaction id', 'Agent name', 'Greets: answer', 'Team'],
    );
    await drag(2, 0);
    await expectColumns(
      ...['External interaction id', 'Final score', 'Channel type'],
      ...rest.slice(2, 3),
      ...rest.slice(4),
    );
  });

  it('has headings of its own, no two of them the same', async () => {
    await field('Heading of Final score').fill('Points');
    await field('Heading of Team').fill('Points');
    await dialog().getByText('Column 2 is already called “Points”').first().waitFor();
    expect(await field('Heading of Team').getAttribute('aria-invalid')).to.equal('true');
    await button('Create job').click();
    await field('Heading of Team').and(page.locator(':focus')).waitFor();
    await expectToFit('two equal headings');
    await field('Heading of Team').fill('Region');
    await eventually('the headings of the preview', async () => {
      const headings = await preview().locator('th').allInnerTexts();
      return headings.join() === 'external_interaction_id,Points,channel_type,agent_name,kpi.Greets.answer,Region';
    });
  });

  it('is saved with every setting and opens again as it was', async () => {
    await dialog()
      .getByRole('checkbox', { name: /byte order mark/ })
      .waitFor();
    await dialog().getByRole('radio', { name: 'Excel (XLSX)' }).check();
    await dialog()
      .getByRole('checkbox', { name: /byte order mark/ })
      .waitFor({ state: 'detached' });
    await previewHas(`${northern} rows.`);
    await button('Create job').click();
    await page.getByText('november is saved.').waitFor();
    await gone();
    const report = {
      ...{ date_range: { from: '2026-11-01', to: '2026-11-30' }, saved_filter: 'Northern team', file_format: 'xlsx' },
      columns: [
        ...['external_interaction_id', { column: 'final_score', header: 'Points' }, 'channel_type', 'agent_name'],
        ...['kpi.Greets.answer', { column: 'metadata.team_name', header: 'Region' }],
      ],
    };
    expect(await savedReport('november')).to.deep.equal(report);
    await button('Edit november').click();
    await previewHas(`${northern} rows.`);
    expect(await field('Saved filter').inputValue()).to.equal('Northern team');
    expect(await field('From').inputValue()).to.equal('2026-11-01');
    expect(await field('Heading of Final score').inputValue()).to.equal('Points');
    expect(await field('Heading of Team').inputValue()).to.equal('Region');
    expect(await dialog().getByRole('radio', { name: 'Excel (XLSX)' }).isChecked()).to.equal(true);
    await expectToFit('the report of a saved job');
    await field('Job name').fill('the whole of november');
    await button('Save').click();
    await gone();
    expect(await savedReport('the whole of november')).to.deep.equal(report);
  });

  it('comes to the destination as the preview said: the rows, the headings and their order', async () => {
    await button('Run the whole of november now').click();
    await page.waitForURL(/\/executions\/[0-9a-f-]{36}$/);
    await page.locator('cqa-execution').getByText('Success').first().waitFor();
    const files = readdirSync(join(chats.sftp.directory, 'reports'));
    expect(files).to.have.length(1);
    const [sheet] = await readXlsx(join(chats.sftp.directory, 'reports', files[0] ?? ''));
    const [headings, ...rows] = sheet?.data ?? [];
    expect(headings).to.deep.equal([
      ...['external_interaction_id', 'Points', 'channel_type', 'agent_name', 'kpi.Greets.answer', 'Region'],
    ]);
    expect(rows).to.have.length(northern);
    expect(new Set(rows.map((cells) => cells[5]))).to.deep.equal(new Set(['North']));
    expect(rows.find(([id]) => id === 'chat-2')).to.deep.equal(['chat-2', 5, 'CHAT', 'Agent 2', 'Yes', 'North']);
    await page.goBack();
    await row('the whole of november').waitFor();
  });

  it('that is new begins with the columns and the format that were used last; the default ones are a click away', async () => {
    await openNewExport('another');
    await eventually('the heading', async () => (await field('Heading of Final score').inputValue()) === 'Points');
    expect(await dialog().getByRole('radio', { name: 'Excel (XLSX)' }).isChecked()).to.equal(true);
    await button('Reset to default').click();
    await eventually('eight columns', async () => (await chosen()).length === 8);
    await field('Find a column').fill('greets');
    await button('Add all 6').click();
    await eventually('fourteen columns', async () => (await chosen()).length === 14);
    await button('Remove all 6').click();
    await eventually('eight columns', async () => (await chosen()).length === 8);
  });

  it('tells what the server refuses at its field', async () => {
    troubles.expect(/400.*(jobs\.create|reports\.preview)/);
    await eventually('the filters', async () => (await field('Saved filter').locator('option').count()) === 3);
    await field('Saved filter').selectOption('My greetings');
    const [own] = (await chats.ask<{ uid: string; name: string }[]>('GET', 'savedFilters.list')).filter(
      ({ name }) => name === 'My greetings',
    );
    await chats.ask('POST', 'savedFilters.remove', { uid: own?.uid });
    await button('Create job').click();
    await dialog().locator('.problem').getByText('There is no saved filter "My greetings"').waitFor();
    expect(await field('Saved filter').getAttribute('aria-invalid')).to.equal('true');
    let problemsMeanwhile = -1;
    await page.route('**/trpc/reports.preview*', async (route) => {
      // While the new question is asked, nothing is said of the old one.
      if (!route.request().postData()?.includes('My greetings'))
        problemsMeanwhile = await dialog().locator('.problem').count();
      await route.continue();
    });
    await field('Saved filter').selectOption('');
    await eventually('a preview', () => problemsMeanwhile >= 0);
    expect(problemsMeanwhile).to.equal(0);
    await page.unroute('**/trpc/reports.preview*');
    await eventually('the problem is gone', async () => (await dialog().locator('.problem').count()) === 0);
    await button('Create job').click();
    await page.getByText('another is saved.').waitFor();
    await gone();
  });

  it('keeps the saved filter of its maker when somebody else edits it', async () => {
    troubles.expect(/400.*reports\.preview/);
    await chats.ask('POST', 'savedFilters.create', { name: 'Mine alone', filter: { search: 'chat-1' } });
    const report = { saved_filter: 'Mine alone', columns: ['agent_name'] };
    const job = { type: 'data_export', connectors: ['customer'], schedule: { frequency: 'daily' } };
    await chats.ask('POST', 'jobs.create', { ...job, name: 'of Ada', report });
    await chats.ask('POST', 'users.create', { email: 'bob@acme.example', password, role: 'admin' });
    await button(`Sign out ${admin}`).click();
    await chats.signIn(page, 'bob@acme.example');
    await button('Edit of Ada').click();
    await preview().getByText('the saved filter belongs to whoever made this report').waitFor();
    await dialog().getByText('“Mine alone” is neither one of your own nor shared.').waitFor();
    expect(await field('Saved filter').inputValue()).to.equal('Mine alone');
    await field('Heading of Agent name').fill('Agent');
    await button('Save').click();
    await page.getByText('of Ada is saved.').waitFor();
    await gone();
    expect(await savedReport('of Ada')).to.deep.include({
      ...{ saved_filter: 'Mine alone', columns: [{ column: 'agent_name', header: 'Agent' }] },
    });
  });
});
