import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { Database } from '../../db/database.ts';
import { startBrowser } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { databaseUrlOf, testDatabase } from '../harness/database.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { scratchFolder } from '../harness/folders.ts';
import { type Product, startProduct } from '../harness/product.ts';
import { testSecretKey } from '../harness/services.ts';
import { type LocalSes, startLocalSes } from '../harness/ses.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

export const password = 'long enough!';

export interface SentCall {
  id: string;
  agent_email: string;
  team_name: string;
}

/**
 * An account with calls, a browser for each of its people, and what they do there. Call it in a `describe`: its hooks start
 * the product with a server for its mails, and make the account.
 */
export function openPeople(adminEmail: string, calls: readonly SentCall[]) {
  let ses: LocalSes;
  let database: Database;
  let product: Product;
  let browser: Browser;
  let account: string;
  const troubles: Troubles[] = [];

  before(async () => {
    [ses, database, browser] = await Promise.all([startLocalSes(), testDatabase(), startBrowser()]);
    product = await startProduct({ dataDir: scratchFolder('product'), environment: variables() });
    const words = ['--name', 'Acme', '--admin-email', adminEmail, '--admin-password', password, '--console'];
    account = (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
    await sendCalls();
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    await ses?.close();
    await database?.close();
  });

  afterEach(() => {
    expect(troubles.flatMap((watched) => watched.unexpected())).to.deep.equal([]);
  });

  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
  const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
  const address = (path: string) => `${product.url}${path}`;

  function variables(): NodeJS.ProcessEnv {
    return {
      ...{ DATABASE_URL: databaseUrlOf(database.address), CQA_SECRET_KEY: testSecretKey },
      ...{ CQA_EMAIL_FROM: 'cqa@cqa.example', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SES: ses.url },
      ...{ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'for tests' },
    };
  }

  async function sendCalls(): Promise<void> {
    const words = ['--account', account, '--name', 'calls'];
    const { api_key: key } = await call<{ api_key: string }>('api-key', 'create', ...words);
    for (const { id, ...metadata } of calls) {
      const about = { external_interaction_id: id, channel_type: 'CHAT', transcript_text: 'Agent: Hello', metadata };
      const sent = await fetch(address(`/cqa/api/v1/accounts/${account}/ingress/interactions`), {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: JSON.stringify(about),
      });
      expect(sent.status, await sent.text()).to.equal(201);
    }
    await eventually('the calls are through', async () => {
      const [rows] = await database.pool.query('SELECT COUNT(*) AS n FROM interaction WHERE status = 2');
      return (rows as { n: number }[])[0]?.n === calls.length;
    });
  }

  /** A browser of his own. */
  async function person(): Promise<Page> {
    const context = await browser.newContext();
    context.setDefaultTimeout(patienceMs);
    troubles.push(watchTroubles(context));
    return context.newPage();
  }

  /** From now on an error of this kind is a refusal that the test asked for. */
  function expectRefusal(pattern: RegExp): void {
    for (const watched of troubles) watched.expect(pattern);
  }

  async function signIn(page: Page, email: string, path: string): Promise<void> {
    await page.goto(address(path));
    await field(page, 'E-mail').fill(email);
    await field(page, 'Password').fill(password);
    await button(page, 'Sign in').click();
  }

  async function choosePassword(page: Page, link: string): Promise<void> {
    await page.goto(link);
    await heading(page, 'Choose your password').waitFor();
    await field(page, 'Password').fill(password);
    await field(page, 'The same once more').fill(password);
    await button(page, 'Save and sign in').click();
  }

  /** The link of the newest mail to somebody. */
  async function linkIn(email: string, subject: RegExp): Promise<string> {
    const { text } = await eventually(`a mail to ${email}`, async () =>
      (await ses.mails()).findLast((mail) => mail.to.includes(email) && subject.test(mail.subject)),
    );
    return /http\S+\/(?:verify|invitation)\/[\w-]{43}/.exec(text)?.[0] ?? '';
  }

  async function expectToFit(page: Page, what: string): Promise<void> {
    for (const size of [
      { width: 360, height: 740 },
      { width: 900, height: 600 },
    ]) {
      await page.setViewportSize(size);
      expect(await stickingOut(page), `${what} at ${size.width} × ${size.height}`).to.deep.equal([]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  /** These calls in the Analysis List, and no other. */
  async function expectToSee(page: Page, ids: string[]): Promise<void> {
    await page.getByRole('link', { name: 'Analysis List', exact: true }).click();
    const list = page.locator('cqa-analyses');
    for (const id of ids) await list.getByText(id, { exact: true }).waitFor();
    for (const { id } of calls)
      expect(await list.getByText(id, { exact: true }).count(), id).to.equal(ids.includes(id) ? 1 : 0);
  }

  return {
    ...{ call, button, heading, field, address, person, expectRefusal, signIn, choosePassword, linkIn },
    ...{ expectToFit, expectToSee },
    get account() {
      return account;
    },
    query: (sql: string, values: unknown[] = []) => database.pool.query(sql, values),
  };
}
