import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { openPeople } from './people.ts';

const ada = 'ada@acme.example';
const configuration = `
connectors:
  - name: calls
    direction: import
    type: sftp
    config: { host: sftp.example.com, username: cqa, credential: { type: password, password: kept }, directory: /in, file_format: csv }
  - { name: phone, direction: import, type: exolite, config: { account_sid: acme1, api_key: key, api_token: token } }
jobs:
  - { name: nightly, type: data_import, connectors: [calls], schedule: { frequency: daily, at: "02:30", start_date: 2099-01-01 } }
`;

describe('what two people have open at the same time', () => {
  const people = openPeople(ada, []);
  const { call, button, field, person, signIn, expectRefusal, expectToFit } = people;
  let first: Page;
  let second: Page;
  before(async () => {
    const file = join(scratchFolder('configuration'), 'acme.yaml');
    writeFileSync(file, configuration);
    await call('apply', '--account', people.account, '-f', file);
    [first, second] = await Promise.all([person(), person()]);
    expectRefusal(
      /409.*(jobs\.update|alerts\.setJob|campaigns\.update|connectors\.update|savedFilters\.update|account\.setMailDomains|alerts\.saveSettings)/,
    );
    await both(async (page) => {
      await signIn(page, ada, '/jobs');
      await button(page, 'Edit nightly').waitFor();
    });
  });

  const dialog = (page: Page): Locator => page.locator('cqa-dialog');
  const inDialog = (page: Page, label: string): Locator => dialog(page).getByLabel(label, { exact: true });
  const save = (page: Page) => dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  const closed = (page: Page) => dialog(page).waitFor({ state: 'detached' });
  /** `what` as in a regular expression. */
  const told = (page: Page, what: string) =>
    page
      .getByRole('alert')
      .filter({ hasText: new RegExp(`Meanwhile somebody has changed ${what}`) })
      .waitFor();
  const both = (act: (page: Page) => Promise<unknown>) => Promise.all([first, second].map(act));
  const shows = (input: Locator, text: string) =>
    eventually(`a field with "${text}"`, async () => (await input.inputValue()) === text);

  async function open(page: Page, address: string, name: string): Promise<void> {
    await page.goto(people.address(address));
    await button(page, name).click();
    await page.getByRole('dialog').waitFor();
  }

  it('such as a job: the second to save is told, and takes up the other’s change beside his own', async () => {
    await both((page) => open(page, '/jobs', 'Edit nightly'));
    await inDialog(first, 'Time of day').fill('05:00');
    await save(first);
    await closed(first);
    await inDialog(second, 'Job name').fill('every night');
    await save(second);
    await told(second, '"nightly" \\(.* ago\\)');
    expect(await inDialog(second, 'Job name').inputValue()).to.equal('every night');
    expect(await inDialog(second, 'Time of day').inputValue()).to.equal('02:30');
    await expectToFit(second, 'a job that was changed meanwhile');
    await button(second, 'Load it and keep my changes').click();
    await shows(inDialog(second, 'Time of day'), '05:00');
    expect(await inDialog(second, 'Job name').inputValue()).to.equal('every night');
    // The list behind the form is drawn anew, with the job that the form was opened for.
    await button(first, 'Disable phone').click();
    await button(second, 'Enable phone').waitFor();
    await save(second);
    await closed(second);
    await second.getByRole('row').filter({ hasText: 'every night' }).getByText('Daily at 05:00').waitFor();
  });

  it('such as a job: what was typed is given up for what is there now where its person says so', async () => {
    await both((page) => open(page, '/jobs', 'Edit every night'));
    await inDialog(first, 'Time of day').fill('06:00');
    await save(first);
    await closed(first);
    await inDialog(second, 'Time of day').fill('07:00');
    await save(second);
    await told(second, '"every night"');
    await button(second, 'Load it and drop my changes').click();
    await shows(inDialog(second, 'Time of day'), '06:00');
    // Nothing is left that closing would lose.
    await second.keyboard.press('Escape');
    await closed(second);
  });

  it('such as a connector, whose secret is kept', async () => {
    await both((page) => open(page, '/data-import', 'Edit calls'));
    await inDialog(first, 'Connector name').fill('all calls');
    await save(first);
    await closed(first);
    await inDialog(second, 'Folder').fill('/out');
    await save(second);
    await told(second, '"all calls"');
    await expectToFit(second, 'a connector that was changed meanwhile');
    await button(second, 'Load it and keep my changes').click();
    await shows(inDialog(second, 'Connector name'), 'all calls');
    expect(await inDialog(second, 'Folder').inputValue()).to.equal('/out');
    await save(second);
    await closed(second);
    await button(second, 'Edit all calls').waitFor();
  });

  it('such as the mail domains', async () => {
    const domains = (page: Page) => field(page, 'Mail domains');
    await both((page) => page.goto(people.address('/settings/users')));
    await both((page) => domains(page).waitFor());
    await domains(first).fill('acme.example');
    await button(first, 'Save mail domains').click();
    await first.getByText('The mail domains are saved.').waitFor();
    await domains(second).fill('other.example');
    await button(second, 'Save mail domains').click();
    await told(second, 'the mail domains');
    await expectToFit(second, 'mail domains that were changed meanwhile');
    await button(second, 'Load it and keep my changes').click();
    await shows(domains(second), 'acme.example\nother.example');
    await button(second, 'Save mail domains').click();
    await second.getByText('The mail domains are saved.').waitFor();
  });

  it('such as whom alerts are told to', async () => {
    const emails = (page: Page) => field(page, 'Email addresses');
    await both((page) => page.goto(people.address('/settings/alerts')));
    await both((page) => emails(page).waitFor());
    await emails(first).fill('ops@acme.example');
    await button(first, 'Save').click();
    await first.getByText('Saved.').waitFor();
    await field(second, 'Tell also when it is over').uncheck();
    await button(second, 'Save').click();
    await told(second, 'whom alerts are told to');
    await button(second, 'Load it and keep my changes').click();
    await shows(emails(second), 'ops@acme.example');
    expect(await field(second, 'Tell also when it is over').isChecked()).to.equal(false);
    await button(second, 'Save').click();
    await second.getByText('Saved.').waitFor();
  });

  it('such as the alerts of a job that the product made', async () => {
    await both((page) => open(page, '/jobs', 'Alerts of phone'));
    await dialog(first).getByRole('radio', { name: 'Others, for this job' }).check();
    await inDialog(first, 'Email addresses').fill('phone@acme.example');
    await save(first);
    await closed(first);
    await dialog(second).getByRole('radio', { name: 'Nobody' }).check();
    await save(second);
    await told(second, '"phone"');
    await button(second, 'Load it and drop my changes').click();
    await shows(inDialog(second, 'Email addresses'), 'phone@acme.example');
    await second.keyboard.press('Escape');
    await closed(second);
  });

  it('such as a saved filter', async () => {
    const toFilters = async (page: Page) => {
      await page.goto(people.address('/analyses?min=50'));
      await page.getByRole('button', { name: /^Saved filters/ }).click();
    };
    await toFilters(first);
    await button(first, 'Save the present filter').click();
    await inDialog(first, 'Name').fill('Good ones');
    await save(first);
    await closed(first);
    await both(async (page) => {
      await toFilters(page);
      await button(page, 'Edit Good ones').click();
    });
    await inDialog(first, 'Name').fill('The good ones');
    await save(first);
    await closed(first);
    await dialog(second)
      .getByRole('checkbox', { name: /^Share it/ })
      .check();
    await save(second);
    await told(second, '"The good ones"');
    await button(second, 'Load it and keep my changes').click();
    await shows(inDialog(second, 'Name'), 'The good ones');
    expect(
      await dialog(second)
        .getByRole('checkbox', { name: /^Share it/ })
        .isChecked(),
    ).to.equal(true);
    await save(second);
    await closed(second);
  });

  it('such as a campaign, which is read again behind the form all the time', async () => {
    await call('campaign', 'create', '--account', people.account, '--name', 'Spring');
    await both(async (page) => {
      await page.goto(people.address('/campaigns'));
      await page.getByRole('link', { name: 'Spring', exact: true }).click();
      await button(page, 'Settings').click();
    });
    await inDialog(first, 'Name').fill('Early spring');
    await save(first);
    await closed(first);
    await second.getByRole('heading', { name: 'Early spring', exact: true }).waitFor();
    await inDialog(second, 'Description').fill('Orders');
    await save(second);
    await told(second, '"Early spring"');
    await button(second, 'Load it and keep my changes').click();
    await shows(inDialog(second, 'Name'), 'Early spring');
    await save(second);
    await closed(second);
    await second.getByText('Orders').first().waitFor();
  });
});
