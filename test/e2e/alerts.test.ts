import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import sesServer from 'aws-ses-v2-local';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { cqa, cqaProcess } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { holdRequests } from '../harness/held-requests.ts';
import type { Product } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';
import { isSigned, openReceiver, type Receiver } from '../server/webhooks/receiver.ts';

const password = 'long enough!';
const secret = 'sixteen letters!';
const configuration = `
connectors:
  - name: calls
    direction: import
    type: sftp
    config:
      host: "\${SFTP_HOST}"
      port: "\${SFTP_PORT}"
      username: "\${SFTP_USER}"
      credential: { type: password, password: "\${SFTP_PASSWORD}" }
      directory: "\${SFTP_FOLDER}/calls"
      file_format: csv
# Run by hand alone: it does not come due while a test runs.
jobs:
  - { name: nightly, type: data_import, connectors: [calls], schedule: { frequency: daily, start_date: 2099-01-01 } }
`;

interface Mail {
  from: string;
  destination: { to: string[] };
  subject: string;
  body: { text: string; html: string };
}

describe('alerts, from the settings to the mail', () => {
  let sftp: Sshd;
  let ses: Server;
  let receiver: Receiver;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;
  let account: string;

  before(async () => {
    sftp = await startSshd();
    receiver = await openReceiver();
    // A CommonJS module: what it exports by default is a property of what is imported by default.
    ses = await sesServer.default({ port: 0, host: '127.0.0.1' });
    product = await startTestProduct(variables());
    browser = await startBrowser();
    const words = ['--name', 'Acme', '--admin-email', 'ada@acme.example', '--admin-password', password, '--console'];
    account = (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
    const file = join(scratchFolder('configuration'), 'acme.yaml');
    writeFileSync(file, configuration);
    await call('apply', '--account', account, '-f', file);
    context = await browser.newContext();
    context.setDefaultTimeout(patienceMs);
    troubles = watchTroubles(context);
    page = await context.newPage();
    await page.goto(`${product.url}/settings/alerts`);
    await page.getByLabel('E-mail').fill('ada@acme.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await sftp?.stop();
    await receiver?.close();
    ses?.close();
    if (ses) await once(ses, 'close');
  });

  afterEach(() => {
    expect(troubles.unexpected()).to.deep.equal([]);
  });

  const sesUrl = () => `http://127.0.0.1:${(ses.address() as AddressInfo).port}`;
  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const mails = async () => ((await (await fetch(`${sesUrl()}/store`)).json()) as { emails: Mail[] }).emails;

  function variables(): NodeJS.ProcessEnv {
    const { host, port, username, password: sftpPassword = '', directory } = sftp;
    return {
      ...{ SFTP_HOST: host, SFTP_PORT: String(port), SFTP_USER: username, SFTP_PASSWORD: sftpPassword },
      ...{ SFTP_FOLDER: directory, CQA_EMAIL_FROM: 'CQA Alerts <alerts@cqa.example>', AWS_REGION: 'eu-west-1' },
      ...{ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'for tests', AWS_ENDPOINT_URL_SES: sesUrl() },
    };
  }

  async function expectToFit(what: string): Promise<void> {
    for (const size of [
      { width: 360, height: 740 },
      { width: 900, height: 600 },
    ]) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width} × ${size.height}`).to.deep.equal([]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  async function run(): Promise<string> {
    const { execution_id: id } = await call<{ execution_id: string }>(
      ...['job', 'run', '--account', account, '--name', 'nightly', '--wait'],
    );
    return id;
  }

  it('say on their page that nobody is told, as long as nobody is named', async () => {
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByText('names no email address and no webhook').waitFor();
    await expectToFit('the alerts that nobody is told of');
    await page.getByRole('link', { name: 'Who is told' }).click();
  });

  it('are tried in the settings before they are saved, and the answers are told', async () => {
    await page.getByText('Nobody is told of alerts yet').waitFor();
    await button('Add ada@acme.example').click();
    expect(await page.getByLabel('Email addresses').inputValue()).to.equal('ada@acme.example');
    await page.getByLabel('Webhook URL').fill(receiver.url);
    await page.getByLabel('Signing secret').fill(secret);
    await button('Send a test').click();
    await page.getByText('Amazon SES has taken the mail.').waitFor();
    await page.getByText('The server took it: it answered 200.').waitFor();
    await expectToFit('the settings with a trial');
    expect((await mails()).map(({ subject }) => subject)).to.deep.equal(['Acme: alerts reach you']);
    expect(receiver.received.map((got) => isSigned(got, secret))).to.deep.equal([true]);
    receiver.answers(410);
    await button('Send a test').click();
    await page.getByText('answered 410').waitFor();
    receiver.answers(200);
  });

  it('name what is wrong in the settings at its field', async () => {
    troubles.expect(/400/);
    await page.getByLabel('Email addresses').fill('ada@acme.example, not an address');
    await button('Save').click();
    await page.locator('[aria-invalid="true"]').and(page.getByLabel('Email addresses')).waitFor();
    await page.getByRole('alert').filter({ hasText: 'an email address' }).first().waitFor();
    await page.getByLabel('Email addresses').fill('ada@acme.example');
    await button('Save').click();
    await page.getByText('Saved.').waitFor();
    await eventually('the secret is kept', async () => (await page.getByLabel('Signing secret').inputValue()) === '');
    expect(await page.getByText('Nobody is told of alerts yet').count()).to.equal(0);
    // Where Amazon SES is, its SDK reads from the environment of the process.
    const words = ['alert', 'test', '--account', account];
    const { tried } = await cqaProcess<{ tried: { ok: boolean }[] }>(product.environment, ...words);
    expect(tried.map(({ ok }) => ok)).to.deep.equal([true, true]);
  });

  it('keep what is typed in the settings while those that were saved are read again', async () => {
    const [emails, signing] = [page.getByLabel('Email addresses'), page.getByLabel('Signing secret')];
    await signing.fill(secret);
    const letGo = await holdRequests(page, '**/trpc/alerts.settings*');
    await button('Save').click();
    await button('Saving …').waitFor({ state: 'detached' });
    await emails.fill('ada@acme.example, ben@acme.example');
    letGo();
    await eventually('the secret is kept', async () => (await signing.inputValue()) === '');
    expect(await emails.inputValue()).to.equal('ada@acme.example, ben@acme.example');
    await emails.fill('ada@acme.example');
    await button('Save').and(page.locator(':disabled')).waitFor();
  });

  it('come as a mail and by webhook when a run fails, and stand on the page until they are over', async () => {
    const executionId = await run();
    const mail = await eventually('the mail', async () =>
      (await mails()).find(({ subject }) => /failed$/.test(subject)),
    );
    expect(mail).to.deep.include({ from: 'CQA Alerts <alerts@cqa.example>', subject: 'Acme: "nightly" failed' });
    expect(mail.destination.to).to.deep.equal(['ada@acme.example']);
    for (const form of [mail.body.text, mail.body.html])
      expect(form).to.contain(`${product.url}/executions/${executionId}`);
    await eventually('the webhook', () =>
      Promise.resolve(receiver.received.some(({ body }) => JSON.parse(body).event === 'alert.raised')),
    );

    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByText('Run failed').waitFor();
    await page.getByText('told', { exact: false }).first().waitFor();
    await expectToFit('the alerts');
    await run();
    const { alerts } = await call<{ alerts: { count: number }[] }>('alert', 'list', '--account', account);
    expect(alerts.map(({ count }) => count)).to.deep.equal([2]);
    await page.getByText('2 times', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Open the execution' }).click();
    await page.waitForURL(/\/executions\/[0-9a-f-]{36}$/);
    await page.goBack();

    sftp.makeFolder('calls');
    await run();
    await page.getByText('Nothing needs anybody').waitFor();
    const recovery = await eventually('the recovery', async () =>
      (await mails()).find(({ subject }) => /works again$/.test(subject)),
    );
    expect(recovery.body.text).to.contain('There is nothing to do.');
    expect((await mails()).filter(({ subject }) => /failed$/.test(subject))).to.have.length(1);
    await page.getByRole('link', { name: 'Alert Settings', exact: true }).click();
    await page.locator('cqa-settings-alerts tbody tr').filter({ hasText: 'Recovery' }).getByText('Sent').waitFor();
    await expectToFit('the settings with mails');
  });

  it('of a job go to others where the job says so', async () => {
    await page.getByRole('link', { name: 'Jobs & Pipelines', exact: true }).click();
    await button('Edit nightly').click();
    const dialog = page.locator('cqa-job-dialog');
    await dialog.getByLabel('Others, for this job').check();
    await dialog.getByLabel('Email addresses').fill('owner@acme.example');
    await expectToFit('the job with alerts of its own');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('nightly is saved.').waitFor();
    await button('Edit nightly').click();
    expect(await dialog.getByLabel('Email addresses').inputValue()).to.equal('owner@acme.example');
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  });
});
