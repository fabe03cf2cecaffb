import { expect } from 'chai';
import type { Browser, Locator, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../harness/kafka.ts';
import { zoneAtNoon } from '../harness/noon.ts';
import type { Product } from '../harness/product.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut } from '../harness/watched-page.ts';
import { interaction } from '../server/connectors/ecc6x/events.ts';

const adminEmail = 'admin@streams.example';
const password = 'long enough!';
const name = 'ECC live';

describe('a stream in the console', () => {
  let kafka: TestKafka | undefined;
  let product: Product;
  let browser: Browser;
  let page: Page;

  before(async function () {
    skipWithoutKafka(this, 'topics');
    [kafka, product, browser] = await Promise.all([startKafka(), startTestProduct(), startBrowser()]);
    await kafka.createTopic('interactions', 2);
    const words = ['--name', 'Streams', '--admin-email', adminEmail, '--admin-password', password, '--console'];
    await cqa(product.environment, 'account', 'create', ...words, '--timezone', zoneAtNoon());
    page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(`${product.url}/data-import`);
    await page.getByLabel('E-mail').fill(adminEmail);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Data Import', exact: true }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
    await kafka?.stop();
  });

  const send = (partition: number, ...values: (object | string)[]) =>
    kafka?.send(
      'interactions',
      values.map((value) => ({ partition, value: typeof value === 'string' ? value : JSON.stringify(value) })),
    );
  const open = (link: string) => page.getByRole('link', { name: link, exact: true }).first().click();
  const card = () => page.getByRole('article', { name });
  const fact = (term: string) => card().locator('cqa-connector-stream dt', { hasText: term }).locator('+ dd');
  const row = (region: string, text: string): Locator =>
    page.getByRole('region', { name: region, exact: true }).locator('tbody tr').filter({ hasText: text });

  it('begins with a form whose field map is filled in by keyboard', async () => {
    await page.getByRole('button', { name: 'New Connector' }).first().click();
    const dialog = page.locator('cqa-connector-dialog');
    await dialog.getByRole('button', { name: /^ECC 6x/ }).click();
    await dialog.getByLabel('Connector name').fill(name);
    await dialog.getByLabel('Brokers').fill(kafka?.brokers.join('\n') ?? '');
    await dialog.getByLabel('Topic', { exact: true }).fill('interactions');
    expect(await dialog.getByRole('radio', { name: 'Not at all' }).isChecked()).to.equal(true);
    expect(await dialog.getByRole('button', { name: 'Preview events' }).count()).to.equal(1);
    const map = dialog.getByRole('group', { name: 'Field map' });
    expect(await map.getByLabel('Path in the event for external_interaction_id').inputValue()).to.equal('id');
    await map.getByLabel('Path in the event for did').focus();
    for (const keys of ['Enter', 'policy', 'Tab', 'additional_info.policy'])
      await (/^[A-Z]/.test(keys) ? page.keyboard.press(keys) : page.keyboard.type(keys));
    expect(await map.getByLabel('Path in the event for policy').inputValue()).to.equal('additional_info.policy');
    await map.getByRole('button', { name: 'Remove customer_contact' }).focus();
    await page.keyboard.press('Enter');
    await eventually(
      'the row is gone',
      async () => !(await map.getByRole('button', { name: 'Remove customer_contact' }).count()),
    );
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await card().getByText('Following').waitFor();
    await card().getByText('2 partitions').waitFor();
  });

  it('shows on its card what comes, as it comes', async () => {
    await card().getByText('none yet').waitFor();
    await send(0, interaction({ id: 'a' }), interaction({ id: 'b' }));
    await send(1, interaction({ id: 'c' }));
    await fact('Last event')
      .getByText(/just now|ago/)
      .waitFor();
    await eventually('nothing waits', async () => (await fact('Lag').innerText()) === 'up to date');
    expect(await fact('Events').innerText()).to.match(/per second$/);
    const title = await fact('Last event').locator('time').getAttribute('title');
    expect(title).to.match(/Z$/);
  });

  it('is one execution a day that is ongoing, with what each partition brought', async () => {
    await open('Execution History');
    const run = row('Executions', name).first();
    await run.getByText('Continuous').waitFor();
    await run.getByText('ongoing').waitFor();
    await run.getByText('3 imported').waitFor();
    await run.getByRole('link', { name }).click();
    await row('Partitions', 'is being read').nth(1).waitFor();
    expect(await page.getByRole('button', { name: /Cancel this run/ }).count()).to.equal(0);
    await page.getByText(/continuous, .* ongoing/).waitFor();
    await page.getByRole('heading', { name: 'What became of these events so far' }).waitFor();
    await send(1, interaction({ id: 'd' }));
    await eventually(
      'the counts are live',
      async () => (await row('Partitions', 'interactions').nth(1).innerText()).split('\t')[2] === '2',
    );
  });

  it('keeps a poison event with its partition and offset, to be read whole, mended and read again', async () => {
    await send(
      0,
      `{"id":"poison","channel_name":"voice","long":12345678901234567890,"date_added":"never","channel_data":{"voice_log_url":"/a.mp3"}}`,
    );
    const rejected = row('Rejected rows', 'interactions/0');
    await page.getByText('1 rejected event').waitFor();
    await rejected.waitFor();
    expect((await rejected.innerText()).split('\t').slice(0, 2)).to.deep.equal(['interactions/0', '2']);
    await rejected.getByRole('button', { name: 'Mend offset 2 of interactions/0' }).click();
    await page.getByRole('heading', { name: 'Offset 2 of interactions/0' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Offset 2 of interactions/0' }).waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 360, height: 740 });
    const reason = await rejected.getByText(/interaction_start_time is "never"/).boundingBox();
    expect(reason && reason.x + reason.width, 'the reason is seen on a narrow page').to.be.at.most(360);
    expect(await stickingOut(page)).to.deep.equal([]);
    await page.setViewportSize({ width: 1280, height: 720 });
    await rejected.getByRole('button', { name: 'Mend offset 2 of interactions/0' }).click();
    const dialog = page.locator('cqa-rejected-row-dialog');
    const text = dialog.getByLabel('The event, as it is to be read');
    const shown = await text.inputValue();
    expect(shown).to.contain('\n  "long": 12345678901234567890,\n');
    await text.fill(shown.replace('"never"', '"2026-11-21T04:00:00Z"'));
    await dialog.getByRole('button', { name: 'Read it again' }).click();
    await page.getByText('1 event imported.').waitFor();
  });

  it('has a job that is neither started nor edited, and that stops it', async () => {
    await open('Jobs & Pipelines');
    const job = row('Jobs', name);
    await job.getByText('Continuous').waitFor();
    await job.getByText('auto-scheduled').waitFor();
    for (const action of [`Run ${name} now`, `Import days again by ${name}`, `Duplicate ${name}`])
      expect(await job.getByRole('button', { name: action }).isDisabled(), action).to.equal(true);
    expect(await job.getByRole('button', { name: `Edit ${name}` }).count()).to.equal(0);
    await job.getByRole('button', { name: `Disable ${name}` }).click();
    await job.getByText('Disabled').waitFor();
    await open('Data Import');
    await card().getByText('Its job is disabled, so nothing is read.').waitFor();
    await open('Execution History');
    await eventually(
      'the day is closed',
      async () => !(await row('Executions', name).first().innerText()).includes('ongoing'),
    );
  });

  it('tells the job whose connector is disabled from one that reads', async () => {
    await open('Jobs & Pipelines');
    const job = row('Jobs', name);
    await job.getByRole('button', { name: `Enable ${name}` }).click();
    await job.getByText('Disable it to stop reading.').waitFor();
    await open('Data Import');
    await card()
      .getByRole('button', { name: `Disable ${name}` })
      .click();
    await card().getByText('The connector is disabled, so nothing is read.').waitFor();
    await open('Jobs & Pipelines');
    await job.getByText('Not read').waitFor();
    await job.getByText('The connector is disabled, so nothing is read.').waitFor();
  });

  it('works, and yet warns, where the last event would be rejected', async () => {
    await kafka?.send(
      'interactions',
      [0, 1].map((partition) => ({ partition, value: '[1, 2]' })),
    );
    await open('Data Import');
    const result = card().locator('cqa-check-steps').getByRole('status');
    await card().getByRole('button', { name: 'Test connection' }).click();
    await result.getByText('Read the topic: done, with a warning').waitFor();
    await result.getByText('The connection can be used, but look at the warning above first.').waitFor();
    await card().getByText('Works', { exact: true }).waitFor();
  });

  it('is no frequency that a person can choose', async () => {
    await page.getByRole('button', { name: 'New Job' }).first().click();
    const words = await page.getByLabel('Frequency').innerText();
    expect(words).to.contain('Daily').and.not.contain('Continuous');
    await page.keyboard.press('Escape');
  });
});
