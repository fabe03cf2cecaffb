import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { BrowserContext, FrameLocator, Page } from 'playwright-core';
import { startBrowserWithCookies } from '../harness/browser.ts';
import { cqa } from '../harness/cqa.ts';
import { eventually, patienceMs } from '../harness/eventually.ts';
import { type HostOptions, type HostPage, startHostPage } from '../harness/host-page.ts';
import type { Product } from '../harness/product.ts';
import { startTestProduct } from '../harness/test-product.ts';
import { stickingOut, type Troubles, watchTroubles } from '../harness/watched-page.ts';

const admin = 'admin@host.example';
const agent = 'agent@host.example';
/** Without a password. */
const hosted = 'hosted@host.example';

/** The console at 127.0.0.1, its host at localhost: two sites for every browser. */
describe('the console in a frame of a host on another site, with third-party cookies blocked', () => {
  let product: Product;
  let host: HostPage;
  let stranger: HostPage;
  let context: BrowserContext;
  let page: Page;
  let troubles: Troubles;

  before(async () => {
    [product, context] = await Promise.all([startTestProduct(), startBrowserWithCookies('blocked')]);
    context.setDefaultTimeout(patienceMs);
    const account = await createAccount('Host', admin);
    await createAgents(account);
    const options = await hostOptions(account, admin);
    [host, stranger] = await Promise.all([startHostPage(options), startHostPage(options)]);
    await call('account', 'set', '--account', account, '--frame-origin', host.origin);
  });

  after(async () => {
    await context?.close();
    await Promise.all([host?.stop(), stranger?.stop()]);
    await product?.stop();
  });

  beforeEach(async () => {
    await context.clearCookies();
    troubles = watchTroubles(context);
    page = await context.newPage();
    await page.setViewportSize({ width: 900, height: 700 });
  });

  afterEach(async () => {
    await page.close();
    expect(troubles.unexpected()).to.deep.equal([]);
  });

  const call = <T>(...words: string[]) => cqa<T>(product.environment, ...words);

  async function createAccount(name: string, email: string): Promise<string> {
    const words = ['--name', name, '--admin-email', email, '--admin-password', 'long enough!', '--console'];
    return (await call<{ account_id: string }>('account', 'create', ...words)).account_id;
  }

  async function createAgents(account: string): Promise<void> {
    const user = ['--email', agent, '--role', 'agent', '--password', 'long enough!'];
    await call('user', 'create', '--account', account, ...user);
    await call('user', 'create', '--account', account, '--email', hosted, '--role', 'agent');
  }

  async function hostOptions(account: string, email: string): Promise<HostOptions> {
    const secret = await call<HostOptions['secret']>('account', 'embed-secret', '--account', account);
    return { consoleUrl: product.url, account, secret, email };
  }

  const inFrame = (): FrameLocator => page.frameLocator('cqa-console iframe');
  const heading = (title: string) => inFrame().getByRole('heading', { name: title, exact: true });
  const go = (title: string) =>
    inFrame().getByRole('navigation').getByRole('link', { name: title, exact: true }).click();

  async function open(first = 'Overview'): Promise<void> {
    await page.goto(host.url);
    await heading(first).waitFor();
  }

  it('runs in a browser that really blocks them, unlike one that is told to allow them', async () => {
    expect(await cookieOfFramedVisit(context)).to.equal(undefined);
    const open = await startBrowserWithCookies('allowed');
    expect(await cookieOfFramedVisit(open)).to.equal('probe=1');
    await open.close();
  });

  it('is signed in without a form, by one token of the host, and sets no cookie', async () => {
    const before = host.tokens.length;
    const asked: Promise<string | null>[] = [];
    page.on('response', (response) => asked.push(response.headerValue('set-cookie')));
    await open();
    await heading('Begin with a connector').waitFor();
    await inFrame().getByText('Host', { exact: true }).waitFor();
    expect(await inFrame().getByLabel('Password').count()).to.equal(0);
    expect(host.tokens).to.have.length(before + 1);
    expect(await context.cookies()).to.deep.equal([]);
    expect(asked).not.to.have.length(0);
    for (const cookie of await Promise.all(asked)) expect(cookie).to.equal(null);
  });

  it('keeps the host’s address in step with the page shown, both ways', async () => {
    await open();
    await go('Data Import');
    await heading('Data Import').waitFor();
    await page.waitForURL(`${host.url}#/data-import`);
    expect(await page.locator('cqa-console').getAttribute('address')).to.equal('/data-import');
    await page.evaluate(`document.querySelector('cqa-console').setAttribute('address', '/jobs')`);
    await heading('Jobs & Pipelines').waitFor();
    await page.waitForURL(`${host.url}#/jobs`);
  });

  it('fits into the frame without scrolling sideways', async () => {
    await open();
    const titles = [
      'Data Import',
      'Data Export',
      'Jobs & Pipelines',
      'Execution History',
      'API Access',
      'Analysis List',
      'Overview',
    ];
    for (const title of titles) {
      await go(title);
      await heading(title).waitFor();
      const frame = page.frames().find((candidate) => candidate.url().startsWith(product.url));
      expect(frame && (await stickingOut(frame)), title).to.deep.equal([]);
    }
  });

  it('asks for the frame once, and leaves it shown long after a frame that was refused would be given up', async () => {
    await page.clock.install();
    const asked: string[] = [];
    page.on('framenavigated', (frame) => asked.push(frame.url()));
    await open();
    await page.clock.fastForward('01:00');
    expect(await page.locator('cqa-console iframe').isVisible()).to.equal(true);
    expect(await page.locator('cqa-console').getByRole('alert').count()).to.equal(0);
    expect(asked.filter((url) => url.startsWith(`${product.url}/embed`))).to.have.length(1);
  });

  it('shows an agent the Analysis List alone', async () => {
    host.signInAs(agent);
    await open('Analysis List');
    host.signInAs(admin);
    expect(await inFrame().getByRole('navigation').getByRole('link').allInnerTexts()).to.deep.equal(['Analysis List']);
    expect(await inFrame().getByRole('button', { name: 'New Connector' }).count()).to.equal(0);
  });

  it('shows who signs somebody in, and to whom a password belongs all the same, how it is changed', async () => {
    const button = (name: string) => inFrame().getByRole('button', { name, exact: true });
    for (const email of [hosted, agent]) {
      host.signInAs(email);
      await open('Analysis List');
      await inFrame().getByRole('link', { name: 'My account', exact: true }).click();
      await inFrame().getByRole('heading', { name: 'Signing in', exact: true }).waitFor();
      const words = email === agent ? 'knows you by your e-mail' : 'so you have no password here';
      await inFrame().getByText(words).waitFor();
      expect(await button('Change password').count()).to.equal(email === agent ? 1 : 0);
      expect(await button('Change e-mail').count()).to.equal(0);
      await page.goto('about:blank');
    }
    host.signInAs(admin);
  });

  it('asks the host for a new token when the session has ended, and goes on with what was asked', async () => {
    troubles.expect(/status of 401/);
    const bearer = bearerOf(page);
    await open();
    const before = host.tokens.length;
    await endSession(await bearer);
    await go('Jobs & Pipelines');
    await inFrame().getByText('No job runs yet').waitFor();
    expect(host.tokens).to.have.length(before + 1);
    expect(await inFrame().getByRole('dialog').count()).to.equal(0);
  });

  it('asks the host for a new token also where the page itself asks for nothing', async () => {
    troubles.expect(/status of 401/);
    const bearer = bearerOf(page);
    await open();
    await go('Users');
    await inFrame()
      .getByRole('row', { name: new RegExp(agent) })
      .waitFor();
    const before = host.tokens.length;
    await endSession(await bearer);
    await eventually('a token is asked for', () => host.tokens.length > before);
  });

  it('shows the account that the host names, although the token of the one before comes late', async () => {
    const account = await createAccount('Other', 'admin@other.example');
    await call('account', 'set', '--account', account, '--frame-origin', host.origin);
    const otherHost = await startHostPage(await hostOptions(account, 'admin@other.example'));
    const tokenOf = async ({ url }: HostPage) =>
      ((await (await fetch(`${url}token`)).json()) as { token: string }).token;
    await open();
    await page.evaluate(`{
      const element = document.querySelector('cqa-console');
      globalThis.answers = [];
      element.getToken = () => new Promise((answer) => answers.push(answer));
      globalThis.first = element.getAttribute('account');
      element.setAttribute('account', '${account}');
    }`);
    await page.waitForFunction('answers.length === 1');
    await page.evaluate(`document.querySelector('cqa-console').setAttribute('account', first)`);
    await page.waitForFunction('answers.length === 2');
    await page.evaluate(`answers[0]('${await tokenOf(otherHost)}')`);
    await page.evaluate(`answers[1]('${await tokenOf(host)}')`);
    await inFrame().getByText('Host', { exact: true }).waitFor();
    await otherHost.stop();
  });

  it('begins anew where the host’s token is somebody else’s, so that nothing of the page goes on in his name', async () => {
    troubles.expect(/status of 401/);
    const bearer = bearerOf(page);
    await open();
    host.signInAs(agent);
    await endSession(await bearer);
    // Unless the page has asked for something by itself by then, and is another's already.
    go('Jobs & Pipelines').catch(() => undefined);
    const forAdmins = page.getByRole('link', { name: 'Overview', exact: true });
    await inFrame().getByRole('navigation').filter({ hasNot: forAdmins }).waitFor();
    host.signInAs(admin);
  });

  async function bearerOf(asking: Page): Promise<string> {
    const request = await asking.waitForRequest((candidate) => 'authorization' in candidate.headers());
    return request.headers().authorization ?? '';
  }

  /** As if its time were over: whoever holds the bearer can end the session. */
  async function endSession(authorization: string): Promise<void> {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${product.url}/trpc/session.signOut`, { method: 'POST', headers });
    expect(answer.status, await answer.text()).to.equal(200);
  }

  it('takes each token once', async () => {
    await open();
    const answer = await fetch(`${product.url}/trpc/session.exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: host.tokens.at(-1) }),
    });
    expect(answer.status).to.equal(401);
    expect(await answer.text()).to.include('This token was used before.');
  });

  it('says in the frame why a host’s user cannot come in', async () => {
    troubles.expect(/status of 401.*session\.exchange/);
    host.signInAs('nobody@host.example');
    await page.goto(host.url);
    await inFrame().getByText('There is no user nobody@host.example in this account.').waitFor();
    host.signInAs(admin);
    await inFrame().getByRole('button', { name: 'Try again' }).click();
    await heading('Overview').waitFor();
  });

  it('tells a host that is not allowed what to do, in the host’s own page', async () => {
    troubles.expect(/frame-ancestors/);
    await page.goto(stranger.url);
    const help = page.locator('cqa-console').getByRole('alert');
    await help.getByText(`--frame-origin ${stranger.origin}`).waitFor();
    expect(await page.locator('cqa-console iframe').isVisible()).to.equal(false);
    expect(stranger.tokens).to.deep.equal([]);
  });
});

/** Has a page set a cookie at its own address, then frames it from another site: the cookie that it then gets back. */
async function cookieOfFramedVisit(context: BrowserContext): Promise<string | undefined> {
  const visits: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    const icon = '<link rel="icon" href="data:,">';
    if (request.url === '/frame') {
      response.end(`${icon}<iframe src="http://127.0.0.1:${portOf(server)}/"></iframe>`);
      return;
    }
    visits.push(request.headers.cookie);
    response.setHeader('set-cookie', 'probe=1; SameSite=None; Secure');
    response.end(`${icon}probe`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${portOf(server)}/`);
  await page.reload();
  expect(visits, 'at its own address the cookie comes back').to.deep.equal([undefined, 'probe=1']);
  await page.goto(`http://localhost:${portOf(server)}/frame`);
  await page.frameLocator('iframe').getByText('probe').waitFor();
  await page.close();
  server.close();
  return visits.at(-1);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
