import { once } from 'node:events';
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page, Route } from 'playwright-core';
import { scratchFolder } from '../harness/folders.ts';
import { holdRequests } from '../harness/held-requests.ts';
import { stickingOut } from '../harness/watched-page.ts';
import { AnalysedCalls, domain } from './analysed-calls.ts';

const all = '/analyses?from=2026-11-01&to=2026-11-30';

describe('Export report in the console', () => {
  let calls: AnalysedCalls;
  before(async () => {
    calls = await AnalysedCalls.open();
    await calls.addPerson('chief', 'admin');
    await calls.addPerson('nora', 'supervisor', { team: 'north' });
    await calls.addPerson('ann', 'agent');
    await calls.addPerson('bob', 'agent', { verified: false });
  });
  after(() => calls.close());
  afterEach(async () => expect(await calls.leave()).to.deep.equal([]));

  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
  const dialog = (page: Page) => page.locator('cqa-export-dialog');
  const ownExports = (page: Page) => page.getByRole('region', { name: 'Your exports', exact: true });
  const ownExport = (page: Page, name: string) => ownExports(page).getByRole('row', { name: new RegExp(`^${name} `) });
  const status = (page: Page, name: string) => ownExport(page, name).locator('cqa-status .badge');

  async function openExport(page: Page, name: string): Promise<void> {
    await button(page, 'Export report').click();
    const field = dialog(page).getByLabel('Name', { exact: true });
    await field.fill(name);
  }

  async function start(page: Page): Promise<void> {
    await button(page, 'Export').click();
    await page.getByRole('link', { name: 'Open Your Exports' }).waitFor();
  }

  async function follow(page: Page): Promise<void> {
    await page.getByRole('link', { name: 'Open Your Exports' }).click();
    await page.getByRole('heading', { name: 'Your Exports', exact: true }).waitFor();
  }

  async function untilSuccess(page: Page, name: string): Promise<void> {
    await status(page, name).getByText('Success', { exact: true }).waitFor();
  }

  /** The ids in the file that the link of the newest mail to somebody opens. */
  async function mailedIds(name: string): Promise<string[]> {
    const mail = await calls.mailTo(name);
    const link = /href="([^"]+\/d\/[^"]+)"/.exec(mail?.html ?? '')?.[1] ?? '';
    expect(mail?.attachments).to.deep.equal([]);
    return idsIn(await (await fetch(link)).text());
  }

  function idsIn(csv: string): string[] {
    const [heading = '', ...lines] = csv.trim().split('\r\n');
    const place = heading.split(',').indexOf('external_interaction_id');
    return lines.map((line) => line.split(',')[place] ?? '').sort();
  }

  async function addConnector(name: string, port: number): Promise<void> {
    const config = {
      ...{ host: '127.0.0.1', port: String(port), username: 'anybody', directory: '/', file_format: 'csv' },
      credential: { type: 'password', password: 'anything' },
    };
    const file = join(scratchFolder('configuration'), 'more.yaml');
    writeFileSync(file, JSON.stringify({ connectors: [{ name, direction: 'export', type: 'sftp', config }] }));
    await calls.cqa('apply', '--account', calls.account, '-f', file);
  }

  const refuse = (field: string, message: string) => (route: Route) =>
    route.fulfill({ json: { error: { message, code: -32600, data: { code: 'validation_failed', field } } } });

  const reports = () => join(calls.sftp.directory, 'reports');

  describe('for an admin', () => {
    it('takes the list’s filter along and goes to a connector and to himself, as one execution', async () => {
      const page = await calls.enter('boss', `${all}&min=50&metadata.product=phones`);
      await openExport(page, 'Good phones');
      const words = dialog(page).getByRole('list', { name: 'Filters of the list' }).getByRole('listitem');
      // The fields' names come later than the filter.
      await words.getByText('Product “phones”').waitFor();
      expect(await words.allInnerTexts()).to.deep.equal(['Score at least 50 %', 'Product “phones”']);
      expect(await dialog(page).getByLabel('From', { exact: true }).inputValue()).to.equal('2026-11-01');
      expect(await dialog(page).getByLabel('To', { exact: true }).inputValue()).to.equal('2026-11-30');
      await dialog(page)
        .getByRole('checkbox', { name: /^Vault SFTP/ })
        .check();
      expect(
        await dialog(page)
          .getByRole('checkbox', { name: `Email me at boss@${domain}` })
          .isChecked(),
      ).to.equal(true);
      await button(page, 'Remove Channel type').click();
      await start(page);
      await page.getByRole('link', { name: 'Open the execution' }).click();
      await page.locator('cqa-execution cqa-status').getByText('Success', { exact: true }).first().waitFor();
      const [file = ''] = readdirSync(reports());
      expect(file).to.match(/^good-phones-.*\.csv$/);
      expect(idsIn(readFileSync(join(reports(), file), 'utf8'))).to.deep.equal(['NORTH-1', 'SOUTH-1']);
      expect(await mailedIds('boss')).to.deep.equal(['NORTH-1', 'SOUTH-1']);
      await page.goto(`${calls.product.url}/exports`);
      await untilSuccess(page, 'Good phones');
      expect(await ownExport(page, 'Good phones').innerText()).to.match(/\b2\b[\s\S]*Vault, boss@calls\.example/);
    });

    it('begins the next time with the columns that were chosen, for that user alone', async () => {
      const columns = (page: Page) => dialog(page).getByRole('list', { name: 'Columns in the file, in this order' });
      const page = await calls.enter('boss', all);
      await openExport(page, 'Again');
      await columns(page).waitFor();
      expect(await button(page, 'Remove Channel type').count()).to.equal(0);
      const other = await calls.enter('chief', all);
      await openExport(other, 'First');
      await button(other, 'Remove Channel type').waitFor();
    });

    it('asks where it is to go, and says what is missing at its place', async () => {
      const page = await calls.enter('boss', all);
      await openExport(page, ' ');
      await dialog(page)
        .getByRole('checkbox', { name: /^Email me/ })
        .uncheck();
      await button(page, 'Export').click();
      await dialog(page).getByText('Give it a name.').waitFor();
      await dialog(page).getByText('Choose where the report goes.').waitFor();
    });

    it('tells what the server refuses also where the form has no place for it', async () => {
      const page = await calls.enter('boss', all);
      await page.route('**/trpc/analyses.export', refuse('report.metadata', 'No such field'));
      await openExport(page, 'Nowhere');
      await button(page, 'Export').click();
      await dialog(page).getByRole('alert').filter({ hasText: 'No such field' }).waitFor();
    });

    it('is stopped while it is under way', async () => {
      // Connections are taken and nothing is ever said.
      const silent = createServer();
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      await addConnector('Silent', (silent.address() as AddressInfo).port);
      const page = await calls.enter('boss', all);
      await openExport(page, 'Too slow');
      await dialog(page)
        .getByRole('checkbox', { name: /^Email me/ })
        .uncheck();
      await dialog(page)
        .getByRole('checkbox', { name: /^Silent SFTP/ })
        .check();
      await start(page);
      await follow(page);
      await status(page, 'Too slow').getByText('Delivering', { exact: true }).waitFor();
      // As it stands for whoever looks anew while it stops.
      await page.route('**/trpc/analyses.exports*', async (route) => {
        const response = await route.fetch();
        const text = await response.text();
        await route.fulfill({
          ...{ response, body: text.replaceAll('"cancel_requested":false', '"cancel_requested":true') },
        });
      });
      await page.reload();
      await ownExport(page, 'Too slow').getByText('Stopping …', { exact: true }).waitFor();
      expect(await button(page, 'Cancel Too slow').count()).to.equal(0);
      await page.unroute('**/trpc/analyses.exports*');
      await page.reload();
      await button(page, 'Cancel Too slow').click();
      await page.getByText('Too slow is being stopped.').waitFor();
      await status(page, 'Too slow').getByText('Cancelled', { exact: true }).waitFor();
      expect(await button(page, 'Cancel Too slow').count()).to.equal(0);
      silent.close();
    });

    it('says in words why it did not arrive', async () => {
      const { mode, uid, gid } = statSync(reports());
      chownSync(reports(), 0, 0);
      chmodSync(reports(), 0o555);
      const page = await calls.enter('boss', all);
      await openExport(page, 'Refused');
      await dialog(page)
        .getByRole('checkbox', { name: /^Email me/ })
        .uncheck();
      await dialog(page)
        .getByRole('checkbox', { name: /^Vault SFTP/ })
        .check();
      await start(page);
      await dialog(page).getByText('The report “Refused” was not sent.').waitFor();
      await dialog(page)
        .locator('.failure')
        .getByText(/permission|allow|write/i)
        .waitFor();
      await follow(page);
      await status(page, 'Refused').getByText('Delivery Failed', { exact: true }).waitFor();
      chownSync(reports(), uid, gid);
      chmodSync(reports(), mode);
      expect(await ownExport(page, 'Refused').innerText()).to.match(/Vault[\s\S]*(permission|allow|write)/i);
      expect(await stickingOut(page)).to.deep.equal([]);
      // As if another were on its way, and neither could be reached just now.
      await page.route('**/trpc/analyses.exports*', async (route) => {
        const response = await route.fetch();
        const { result } = (await response.json()) as { result: { data: object[] } };
        const other = { execution_id: 'other', name: 'Other', status: 'delivering', can_retry: false };
        await route.fulfill({
          response,
          json: { result: { data: [...result.data, { ...result.data[0], ...other }] } },
        });
      });
      await page.route('**/trpc/analyses.cancelExport', refuse('', 'No cancelling now'));
      await page.route('**/trpc/analyses.retryExport', refuse('', 'No retrying now'));
      await page.reload();
      const alerts = page.locator('cqa-export-list').getByRole('alert');
      await button(page, 'Cancel Other').click();
      await alerts.getByText('No cancelling now').waitFor();
      await button(page, 'Retry Refused').click();
      await alerts.getByText('No retrying now').waitFor();
      expect(await alerts.count()).to.equal(1);
      for (const name of ['exports*', 'cancelExport', 'retryExport']) await page.unroute(`**/trpc/analyses.${name}`);
      await button(page, 'Retry Refused').click();
      await page.getByText('Refused is being sent again.').waitFor();
      await ownExport(page, 'Refused').filter({ hasText: 'Success' }).waitFor();
      expect(await button(page, 'Retry Refused').count(), 'a second retry').to.equal(0);
    });
  });

  for (const { name, who, ids } of [
    { name: 'ann', who: 'an agent', ids: ['NORTH-1', 'NORTH-2'] },
    { name: 'nora', who: 'a supervisor', ids: ['NORTH-1', 'NORTH-2', 'NORTH-3'] },
  ])
    describe(`for ${who}`, () => {
      it('goes by Email me alone, and its link opens to what that person may see', async () => {
        const page = await calls.enter(name, all);
        await openExport(page, 'My calls');
        const there = dialog(page).locator('cqa-export-destinations').getByRole('checkbox');
        await there.first().waitFor();
        expect(await there.count()).to.equal(1);
        expect(await dialog(page).getByText('Vault').count()).to.equal(0);
        await start(page);
        expect(await page.getByRole('link', { name: 'Open the execution' }).count()).to.equal(0);
        await follow(page);
        await untilSuccess(page, 'My calls');
        expect(await mailedIds(name)).to.deep.equal(ids);
        expect(await ownExports(page).getByRole('link').count()).to.equal(0);
        expect(await button(page, /download/i).count()).to.equal(0);
      });
    });

  it('is followed live by whoever asked for it, and seen by nobody else', async () => {
    const watching = await calls.enter('ann', '/exports');
    const other = await calls.enter('chief', '/exports');
    await other.getByRole('heading', { name: 'You have exported nothing yet' }).waitFor();
    await watching.getByRole('heading', { name: 'You have exported nothing yet' }).waitFor();
    const page = await calls.enter('ann', all);
    await openExport(page, 'Seen elsewhere');
    await start(page);
    await untilSuccess(watching, 'Seen elsewhere');
    await other.reload();
    await other.getByRole('heading', { name: 'You have exported nothing yet' }).waitFor();
  });

  it('is shown also where it began before the stream of changes of a page that was read already', async () => {
    const watching = await calls.enter('ann', all);
    const letGo = await holdRequests(watching, '**/trpc/changes.watch*');
    const read = watching.waitForResponse(/analyses\.exports/);
    await watching.goto(`${calls.product.url}/exports`);
    await (await read).finished();
    const page = await calls.enter('ann', all);
    await openExport(page, 'Before the stream');
    await start(page);
    await follow(page);
    await untilSuccess(page, 'Before the stream');
    expect(await ownExport(watching, 'Before the stream').count()).to.equal(0);
    letGo();
    await untilSuccess(watching, 'Before the stream');
  });

  it('waits for an address that is not verified: the mail is sent from there, and then it goes', async () => {
    const page = await calls.enter('bob', all);
    await openExport(page, 'At last');
    await dialog(page).getByText('Email me waits for your address to be verified').waitFor();
    await button(page, 'Export').click();
    await dialog(page).getByText('Nothing can be sent to you yet.').waitFor();
    await button(page, 'Send the verification mail').click();
    await dialog(page)
      .getByText(/A mail is on its way to bob@calls\.example/)
      .waitFor();
    const token = /\/verify\/([\w-]+)/.exec((await calls.mailTo('bob'))?.text ?? '')?.[1];
    const confirmed = await fetch(`${calls.product.url}/trpc/session.confirmAddress`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    expect(confirmed.status).to.equal(200);
    await button(page, 'I have opened the link').click();
    await dialog(page)
      .getByRole('checkbox', { name: `Email me at bob@${domain}` })
      .waitFor();
    await start(page);
    await follow(page);
    await untilSuccess(page, 'At last');
    expect(await mailedIds('bob')).to.deep.equal(['NORTH-3']);
  });

  it('says what to do where the address lies in no domain of the account', async () => {
    const words = ['--account', calls.account, '--email', 'guest@elsewhere.example', '--role', 'agent'];
    await calls.cqa('user', 'create', ...words, '--password', 'long enough!', '--verified');
    const page = await calls.enter('guest@elsewhere.example', all);
    await button(page, 'Export report').click();
    await dialog(page).getByText('Email me cannot reach your address').waitFor();
    await dialog(page)
      .getByText(/guest@elsewhere\.example is none of them/)
      .waitFor();
    expect(await dialog(page).locator('cqa-export-destinations').getByRole('checkbox').count()).to.equal(0);
  });

  for (const size of [
    { width: 360, height: 740 },
    { width: 900, height: 600 },
  ])
    it(`fits into ${size.width} × ${size.height}`, async () => {
      const page = await calls.enter('boss', `${all}&min=1`, size);
      const name = `Width ${size.width}`;
      await openExport(page, name);
      await dialog(page).locator('cqa-report').waitFor();
      expect(await stickingOut(page), 'the dialog').to.deep.equal([]);
      await start(page);
      expect(await stickingOut(page), 'started').to.deep.equal([]);
      await follow(page);
      await untilSuccess(page, name);
      expect(await stickingOut(page), 'own exports').to.deep.equal([]);
    });
});
