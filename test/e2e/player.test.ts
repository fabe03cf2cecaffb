import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { packageRoot } from '../harness/product.ts';
import { openPeople } from './people.ts';

const ada = 'ada@acme.example';

describe('the player of a conversation with two recordings', () => {
  const people = openPeople(ada, []);
  const { call, button, heading, person, signIn } = people;
  let page: Page;

  before(async () => {
    const words = ['--account', people.account, '--name', 'Two'];
    const { campaign_id: id } = await call<{ campaign_id: string }>('campaign', 'create', ...words);
    page = await person();
    await signIn(page, ada, `/campaigns/${id}`);
    const section = page.locator('cqa-campaign-import');
    const buffer = readFileSync(join(packageRoot, 'test/samples/pcm16.wav'));
    const both = { name: 'both.wav', mimeType: 'audio/wav', buffer };
    await section.getByLabel('Files to import').setInputFiles([both]);
    await button(page, 'Import 1 call').click();
    await section.getByText('1 imported').waitFor();
    await secondRecording();
    await section.getByRole('button', { name: 'Show each file' }).click();
    await page.locator('cqa-dialog').getByRole('link', { name: 'both.wav' }).click();
    await button(page, 'Recording 2').waitFor();
  });

  /** As a source that offers two for a call would have brought it: the same sound once more. */
  async function secondRecording(): Promise<void> {
    const facts =
      'account_id, connector_id, execution_id, reference, state, storage_key, sha256, byte_size, facts, fetched_at';
    await people.query(
      `INSERT INTO recording (interaction_id, position, ${facts}) SELECT interaction_id, 1, ${facts} FROM recording`,
    );
  }

  const audio = (words: string) =>
    page.evaluate(`(() => {
    const find = (root) => root.querySelector('audio') ?? [...root.querySelectorAll('*')]
      .reduce((found, { shadowRoot }) => found ?? (shadowRoot ? find(shadowRoot) : undefined), undefined);
    const audio = find(document);
    return ${words};
  })()`);

  async function untilAudio(condition: string): Promise<void> {
    const element = await page.locator('cqa-player audio').elementHandle();
    await page.waitForFunction(`(audio) => ${condition}`, element);
  }

  it('plays the other one from its beginning, at the speed that was chosen', async () => {
    // Its place cannot be chosen before there is anything to play.
    await page.getByLabel('Place in the recording').and(page.locator(':enabled')).waitFor();
    await untilAudio('audio.readyState > 0');
    await page.getByLabel('Speed').selectOption('1.5');
    await page.getByLabel('Place in the recording').fill('5');
    // Over and over: on a slow machine it would end before anybody looks.
    await audio('audio.loop = true');
    await button(page, 'Play').click();
    await untilAudio('!audio.paused && audio.currentTime > 5.1');
    await button(page, 'Recording 2').click();
    await button(page, 'Play').waitFor();
    await page.locator('cqa-player audio').waitFor({ state: 'attached' });
    expect(await page.getByLabel('Place in the recording').inputValue()).to.equal('0');
    await audio('audio.loop = true');
    // Noted when it begins, for later it may be anywhere.
    await audio(`audio.addEventListener('playing', () => { audio.began = audio.currentTime }, { once: true })`);
    await button(page, 'Play').click();
    await untilAudio('!audio.paused && audio.began < 5 && audio.currentTime > 0.1');
    expect(await audio('audio.playbackRate')).to.equal(1.5);
    await button(page, 'Pause').click();
  });

  it('plays the one that was asked for last, whichever address comes last', async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const late = 'input=%7B%22id%22%3A%22[^%]*%22%2C%22position%22%3A0%7D';
    await page.route(new RegExp(`analyses\\.media.*${late}`), async (route) => {
      const answer = await route.fetch();
      await held;
      await route.fulfill({ response: answer });
    });
    await button(page, 'Recording 1').click();
    await button(page, 'Recording 2').click();
    await page.locator('cqa-player audio').waitFor({ state: 'attached' });
    const address = await audio('audio.src');
    const answered = page.waitForResponse(new RegExp(`analyses\\.media.*${late}`));
    letGo();
    await (await answered).finished();
    await heading(page, 'Overview').count();
    expect(await audio('audio.src')).to.equal(address);
  });
});
