import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../harness/browser.ts';
import { eventually, patienceMs } from '../../harness/eventually.ts';

const built = fileURLToPath(new URL('../../../widget/', import.meta.url));

/** What the frame asked the server for, in order: path and body. */
let asked: { path: string; body: string }[] = [];
let consoleServer: Server;
let hostServer: Server;
let browser: Browser;
let page: Page;

/** The built console as the server serves it at /embed, for host pages of these origins; its procedures refuse. */
function serveConsole(origins: () => string[]): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (path.startsWith('/trpc')) {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        asked.push({ path, body });
        response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
      });
      return;
    }
    if (path === '/embed') {
      const settings = JSON.stringify({ account: 'a', origins: origins() });
      const element = `<script type="application/json" id="cqa-frame">${settings}</script>`;
      const html = readFileSync(`${built}index.html`, 'utf8').replace('</head>', `${element}</head>`);
      response.writeHead(200, { 'content-type': 'text/html' }).end(html);
      return;
    }
    const type = path.endsWith('.js') ? 'text/javascript' : 'image/svg+xml';
    const headers = { 'content-type': type, 'access-control-allow-origin': '*' };
    response.writeHead(200, headers).end(readFileSync(built + path.slice(1)));
  });
}

async function listen(server: Server, host: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** What the host pages do, in their own language. A `barrier` comes back only after the frame has seen all before it. */
const hostScript = `
  const heard = [];
  function openFrame(origin) {
    const ready = new Promise((resolve) => addEventListener('message', (event) => event.data?.type === 'cqa:ready' && resolve()));
    const frame = document.createElement('iframe');
    frame.id = 'console';
    frame.src = origin + '/embed?account=a';
    document.body.replaceChildren(frame);
    return ready;
  }
  function openBeside(url) {
    const frame = document.createElement('iframe');
    frame.id = 'beside';
    frame.src = url;
    return new Promise((resolve) => { frame.onload = () => resolve(); document.body.append(frame); });
  }
  function offerPort(target, origin) {
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => heard.push(data.type);
    target.postMessage({ type: 'cqa:connect' }, origin, [channel.port2]);
  }
  function embed(account, address, token) {
    const element = document.createElement('cqa-console');
    element.getToken = async () => token;
    element.setAttribute('account', account);
    element.setAttribute('address', address);
    document.body.append(element);
  }
`;

/** Ends when the frame has handled every message sent to it before, and what it answered has come back. */
async function barrier(): Promise<void> {
  const frame = page.frames().find((candidate) => candidate.url().includes('/embed'));
  const back = page.evaluate(
    `new Promise((resolve) => addEventListener('message', (event) => event.data === 'barrier' && resolve()))`,
  );
  await frame?.evaluate(
    `new Promise((resolve) => { addEventListener('message', (event) => event.data === 'own' && resolve()); postMessage('own', '*'); })`,
  );
  await frame?.evaluate(`parent.postMessage('barrier', '*')`);
  await back;
}

function heard(): Promise<string[]> {
  return page.evaluate('heard');
}

describe('the console in a frame', () => {
  let consoleOrigin: string;
  let hostOrigin: string;
  let listed: string[] = [];

  before(async () => {
    consoleServer = serveConsole(() => listed);
    hostServer = createServer((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<!doctype html><title>host</title><body><script>${hostScript}</script></body>`);
    });
    consoleOrigin = await listen(consoleServer, '127.0.0.1');
    hostOrigin = await listen(hostServer, 'localhost');
    browser = await startBrowser();
  });

  after(async () => {
    await browser.close();
    for (const server of [consoleServer, hostServer]) {
      server.closeAllConnections();
      server.close();
    }
  });

  beforeEach(async () => {
    asked = [];
    page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(hostOrigin);
  });

  afterEach(() => page.close());

  it('asks a host page of a listed origin for a token', async () => {
    listed = [hostOrigin];
    await page.evaluate(`openFrame('${consoleOrigin}')`);
    await page.evaluate(`offerPort(document.querySelector('#console').contentWindow, '${consoleOrigin}')`);
    await eventually('asked', async () => (await heard()).includes('token-request'));
  });

  it('says nothing to a host page of another origin', async () => {
    listed = ['https://somebody-else.example'];
    await page.evaluate(`openFrame('${consoleOrigin}')`);
    await page.evaluate(`offerPort(document.querySelector('#console').contentWindow, '${consoleOrigin}')`);
    await barrier();
    expect(await heard()).to.deep.equal([]);
  });

  it('says nothing to a window beside it, though that has a listed origin', async () => {
    listed = [hostOrigin];
    await page.evaluate(`openFrame('${consoleOrigin}')`);
    await page.evaluate(`openBeside('${hostOrigin}')`);
    const beside = page.frames().find((frame) => frame !== page.mainFrame() && frame.url().startsWith(hostOrigin));
    await beside?.evaluate(`offerPort(parent.document.querySelector('#console').contentWindow, '${consoleOrigin}')`);
    await barrier();
    expect(await beside?.evaluate('heard')).to.deep.equal([]);
  });

  it('swaps the token that embed.js got from the host for a session', async () => {
    listed = [hostOrigin];
    await page.addScriptTag({ url: `${consoleOrigin}/embed.js` });
    await page.evaluate(`embed('a', '/jobs', 'signed by the host')`);
    await page.frameLocator('iframe').getByText('The console could not open').waitFor();
    expect(asked).to.deep.equal([{ path: '/trpc/session.exchange', body: '{"token":"signed by the host"}' }]);
    expect(await page.locator('iframe').getAttribute('src')).to.match(/\/embed\?account=a#\/jobs$/);
  });

  it('shows the page that the host has named while the frame was loading', async () => {
    listed = [hostOrigin];
    await page.addScriptTag({ url: `${consoleOrigin}/embed.js` });
    await page.evaluate(
      `embed('a', '/jobs', 'signed by the host'); document.querySelector('cqa-console').setAttribute('address', '/executions')`,
    );
    await page.frameLocator('iframe').getByText('The console could not open').waitFor();
    await barrier();
    const frame = page.frames().find((candidate) => candidate.url().includes('/embed'));
    expect(frame?.url()).to.match(/#\/executions$/);
    expect(await page.locator('cqa-console').getAttribute('address')).to.equal('/executions');
  });
});
