import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page, Route } from 'playwright-core';
import { eventually } from '../harness/eventually.ts';
import { holdRequests } from '../harness/held-requests.ts';
import { packageRoot } from '../harness/product.ts';
import { openPeople, password } from './people.ts';

const [ada, ben] = ['ada@acme.example', 'ben@acme.example'];

describe('the files of a campaign’s import on their way', () => {
  const people = openPeople(ada, []);
  const { call, button, heading, field, person, expectRefusal, signIn, expectToFit } = people;
  let page: Page;

  before(() =>
    call('user', 'create', ...['--account', people.account, '--email', ben, '--role', 'admin', '--password', password]),
  );

  const section = () => page.locator('cqa-campaign-import');
  const file = (name: string) => section().locator('cqa-campaign-upload-list li').filter({ hasText: name });
  const result = () => section().locator('cqa-campaign-import-result');
  const toAnalyses = () => page.getByRole('link', { name: 'Analysis List', exact: true }).click();

  async function openCampaign(name: string, prepare?: (page: Page) => Promise<void>): Promise<void> {
    const words = ['--account', people.account, '--name', name];
    const { campaign_id: id } = await call<{ campaign_id: string }>('campaign', 'create', ...words);
    page = await person();
    await prepare?.(page);
    await signIn(page, ada, `/campaigns/${id}`);
    await heading(page, name).waitFor();
  }

  async function choose(...names: string[]): Promise<void> {
    const buffer = readFileSync(join(packageRoot, 'test/samples/alaw.wav'));
    const files = names.map((name) => ({ name, mimeType: 'audio/wav', buffer }));
    await section().getByLabel('Files to import').setInputFiles(files);
  }

  async function chooseSheet(name: string, text: string): Promise<void> {
    const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
    await section().getByLabel('Files to import').setInputFiles(file);
  }

  const files = '**/campaign-uploads/*';
  /** From now on no bytes of a file get through, until what it gives is called. */
  const holdFiles = () => holdRequests(page, files, (request) => request.method() === 'PATCH');

  /** From now on such requests of files are refused, until what it gives is called. */
  async function refuseFiles(method: 'PATCH' | 'DELETE'): Promise<() => void> {
    expectRefusal(/campaign-uploads/);
    let isRefused = true;
    await page.route(files, (route) =>
      isRefused && route.request().method() === method ? route.fulfill({ status: 503 }) : route.fallback(),
    );
    return () => {
      isRefused = false;
    };
  }

  it('are waited for while they are paused, though the import was asked for', async () => {
    await openCampaign('Waited for');
    const letGo = await holdFiles();
    await choose('1.wav', '2.wav');
    await file('2.wav').getByText('Uploading').waitFor();
    await button(page, 'Import 2 calls').click();
    await section().getByText('Imports when all files are here').waitFor();
    await button(page, 'Pause').click();
    await section().getByText('2 files are paused').waitFor();
    await expectToFit(page, 'an import that waits for paused files');
    letGo();
    await button(page, 'Go on').click();
    await result().getByText('2 imported').waitFor();
  });

  it('are left out while they are paused where somebody says so', async () => {
    await openCampaign('Left out');
    await choose('here.wav');
    await file('here.wav').getByText('Uploaded').waitFor();
    await holdFiles();
    await choose('late.wav');
    await file('late.wav').getByText('Uploading').waitFor();
    await button(page, 'Pause').click();
    await button(page, 'Import 2 calls').click();
    await section().getByText('1 file is paused').waitFor();
    await button(page, 'Import without it').click();
    await result().getByText('1 imported').waitFor();
  });

  it('begin no import where what uploads them is not there any more, and say what to do', async () => {
    const part = '**/campaign-unfinished-import*';
    await openCampaign('Updated meanwhile', async (opened) => {
      await opened.route(part, (route) => route.fulfill({ status: 404 }));
    });
    expectRefusal(/campaign-unfinished-import/);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await choose('1.wav');
    await section().getByText('Load the page again').waitFor();
    expect(asked.some((url) => url.includes('campaign-unfinished-import'))).to.equal(true);
    expect(asked.filter((url) => url.includes('createImport'))).to.deep.equal([]);
  });

  it('are left out where nobody paused them, once the rest is here', async () => {
    await openCampaign('Given up', (opened) => opened.clock.install());
    const takeAgain = await refuseFiles('PATCH');
    await choose('lost.wav', 'again.wav');
    await eventually('they are given up', async () => {
      await page.clock.fastForward(60_000);
      return (await section().getByText('The upload was refused (status 503).').count()) === 2;
    });
    takeAgain();
    const letGo = await holdFiles();
    await button(page, 'Try again.wav again').click();
    await file('again.wav').getByText('Uploading').waitFor();
    await button(page, 'Import 2 calls').click();
    await section().getByText('1 file is paused').waitFor();
    expect(await button(page, 'Import without it').count()).to.equal(0);
    letGo();
    await file('again.wav').getByText('Uploaded').waitFor();
    await button(page, 'Import without it').waitFor();
    await expectToFit(page, 'an import that can leave a file out');
    await button(page, 'Go on').click();
    await section().getByText('The upload was refused').waitFor({ state: 'detached' });
    await result().getByText('2 imported').waitFor();
  });

  it('come and go while others do, and none is taken that would be lost', async () => {
    await openCampaign('Many at once');
    const begin = await holdRequests(page, '**/campaigns.createImport*');
    await choose('1.wav', '2.wav');
    await choose('3.wav');
    begin();
    for (const name of ['1.wav', '2.wav', '3.wav']) await file(name).getByText('Uploaded').waitFor();
    const takeOut = await holdRequests(page, files, (request) => request.method() === 'DELETE');
    for (const name of ['1.wav', '2.wav']) await button(page, `Take ${name} out`).click();
    await choose('4.wav');
    await file('4.wav').getByText('Uploaded').waitFor();
    for (const name of ['1.wav', '2.wav']) await file(name).getByText('Being taken out').waitFor();
    await button(page, 'Import 2 calls').click();
    await section().getByText('Imports when all files are here').waitFor();
    const finish = await holdRequests(page, '**/campaigns.finishImport*');
    takeOut();
    await section().getByText('takes no more files').waitFor();
    for (const name of ['1.wav', '2.wav']) expect(await file(name).count()).to.equal(0);
    expect(await button(page, 'Choose files').isDisabled()).to.equal(true);
    await choose('5.wav');
    await expectToFit(page, 'an import that is being finished');
    finish();
    await file('5.wav').getByText('Uploaded').waitFor();
    await page.locator('cqa-campaign-imports').getByText('2 imported').waitFor();
  });

  it('stay where they cannot be taken out, and the newest failure is told alone', async () => {
    await openCampaign('Failures');
    expectRefusal(/campaigns\.(finishImport|previewSheets)/);
    const letGo = await holdFiles();
    const takeAway = await refuseFiles('DELETE');
    // The server has it by then.
    const begun = page.waitForRequest((request) => request.method() === 'PATCH');
    await choose('stuck.wav');
    await begun;
    await button(page, 'Import 1 call').click();
    await button(page, 'Take stuck.wav out').click();
    await section().getByText('stuck.wav could not be taken out: The server answered 503').waitFor();
    await file('stuck.wav').getByText('Paused').waitFor();
    letGo();
    await button(page, 'Go on').click();
    await file('stuck.wav').getByText('Uploaded').waitFor();
    let isBroken = true;
    const onceBroken = (route: Route) => (isBroken ? route.abort() : route.fallback());
    await page.route('**/campaigns.finishImport*', onceBroken);
    await page.route('**/campaigns.previewSheets*', onceBroken);
    await button(page, 'Import 1 call').click();
    await section().getByText('The server did not answer').waitFor();
    expect(await section().getByText('could not be taken out').count()).to.equal(0);
    await chooseSheet('first.csv', 'file,agent_name\nstuck.wav,Asha\n');
    await section().getByText('could not be compared').waitFor();
    isBroken = false;
    takeAway();
    await button(page, 'Take first.csv out').click();
    await chooseSheet('second.csv', 'file,agent_name\nstuck.wav,Asha Rao\n');
    await section().getByText('Matched 1 of 1 recording').waitFor();
    expect(await section().getByRole('alert').count()).to.equal(0);
    await button(page, 'Import 1 call').click();
    await result().getByText('1 imported').waitFor();
  });

  it('say in the server’s words why they stay, where another tab has imported them', async () => {
    await openCampaign('Two tabs');
    expectRefusal(/campaign-uploads/);
    await choose('one.wav');
    await file('one.wav').getByText('Uploaded').waitFor();
    const takeOut = await holdRequests(page, files, (request) => request.method() === 'DELETE');
    await button(page, 'Take one.wav out').click();
    await file('one.wav').getByText('Being taken out').waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await button(other, 'Import 1 call').click();
    await other.locator('cqa-campaign-import-result').getByText('1 imported').waitFor();
    takeOut();
    await page.getByText('one.wav could not be taken out: This import is finished already. For other files').waitFor();
  });

  it('become calls as they were described, though another page is looked at by then', async () => {
    await openCampaign('Elsewhere');
    const letGo = await holdFiles();
    await choose('away.wav');
    await file('away.wav').getByText('Uploading').waitFor();
    await section().getByLabel('Team').fill('North by Northwest');
    await button(page, 'Import 1 call').click();
    await toAnalyses();
    await heading(page, 'Analysis List').waitFor();
    await page.goBack();
    await section().getByText('Imports when all files are here').waitFor();
    expect(await section().getByLabel('Team').inputValue()).to.equal('North by Northwest');
    await toAnalyses();
    await heading(page, 'Analysis List').waitFor();
    const finished = page.waitForResponse(/campaigns\.finishImport/);
    letGo();
    expect((await finished).status()).to.equal(200);
    await page.goBack();
    const imports = page.locator('cqa-campaign-imports');
    await imports.getByText('1 imported').waitFor();
    await imports.locator('tbody button').first().click();
    await page.locator('cqa-dialog').getByRole('link', { name: 'away.wav' }).click();
    await page.getByText('North by Northwest').first().waitFor();
  });

  it('are thrown away after a question alone', async () => {
    await openCampaign('Thrown away');
    await choose('kept.wav');
    await file('kept.wav').getByText('Uploaded').waitFor();
    await button(page, 'Discard').click();
    await page.getByRole('dialog', { name: 'Discard this upload?' }).waitFor();
    await expectToFit(page, 'discarding an upload');
    await button(page, 'Keep it').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const letGo = await holdFiles();
    await choose('last.wav');
    await file('last.wav').getByText('Uploading').waitFor();
    await button(page, 'Import 2 calls').click();
    await button(page, 'Discard').click();
    letGo();
    await file('last.wav').getByText('Uploaded').waitFor();
    await button(page, 'Keep it').click();
    await button(page, 'Import 2 calls').waitFor();
    await button(page, 'Discard').click();
    const discard = await holdRequests(page, '**/campaigns.cancelImport*');
    await button(page, 'Discard upload').click();
    await page.locator('cqa-dialog').getByRole('button', { name: 'Working …' }).waitFor();
    for (const _ of [1, 2]) await page.keyboard.press('Escape');
    expect(await button(page, 'Keep it').isDisabled()).to.equal(true);
    expect(await button(page, 'Close').count()).to.equal(0);
    discard();
    await section().getByText('Drop recordings here').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('cqa-campaign-imports').getByText('Cancelled').waitFor();
  });

  it('go no further once their person has signed out, and not in the name of who comes next', async () => {
    await openCampaign('Signed out');
    expectRefusal(/status of 401/);
    const letGo = await holdFiles();
    await choose('1.wav', '2.wav', '3.wav', '4.wav');
    await file('3.wav').getByText('Uploading').waitFor();
    await button(page, `Sign out ${ada}`).click();
    await field(page, 'E-mail').waitFor();
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('campaign-uploads')) sent.push(`${request.method()} ${request.url()}`);
    });
    letGo();
    await field(page, 'E-mail').fill(ben);
    await field(page, 'Password').fill(password);
    await button(page, 'Sign in').click();
    await button(page, `Sign out ${ben}`).waitFor();
    await section().getByText('Drop recordings here').waitFor();
    expect(sent).to.deep.equal([]);
  });
});
