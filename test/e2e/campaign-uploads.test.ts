import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
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

  async function openCampaign(name: string): Promise<void> {
    const words = ['--account', people.account, '--name', name];
    const { campaign_id: id } = await call<{ campaign_id: string }>('campaign', 'create', ...words);
    page = await person();
    await signIn(page, ada, `/campaigns/${id}`);
    await heading(page, name).waitFor();
  }

  async function choose(...names: string[]): Promise<void> {
    const buffer = readFileSync(join(packageRoot, 'test/samples/alaw.wav'));
    const files = names.map((name) => ({ name, mimeType: 'audio/wav', buffer }));
    await section().getByLabel('Files to import').setInputFiles(files);
  }

  /** From now on no bytes of a file get through, until what it gives is called. */
  const holdFiles = () => holdRequests(page, '**/campaign-uploads/*', (request) => request.method() === 'PATCH');

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
    await file('kept.wav').getByText('Uploaded').waitFor();
    await button(page, 'Discard').click();
    await button(page, 'Discard upload').click();
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
