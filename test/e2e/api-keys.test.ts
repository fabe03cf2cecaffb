import { expect } from 'chai';
import { holdRequests } from '../harness/held-requests.ts';
import { type HostPage, startHostPage } from '../harness/host-page.ts';
import { adminEmail, openApiAccess, type ShownKey } from './api-access.ts';

const keyPattern = /^cqa_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$/;

describe('API keys on the page API Access', () => {
  const access = openApiAccess();
  const { call, ask, dialog, button, generate, row, expectToFit, shownOnce, generateKey } = access;

  async function revoke(name: string): Promise<void> {
    await button(`Revoke ${name}`).click();
    await dialog().getByLabel('to confirm').fill(name);
    await button('Revoke key').click();
    await dialog().waitFor({ state: 'detached' });
  }

  const read = (headers: Record<string, string>) =>
    ask(`/cqa/api/v1/accounts/${access.account}/ingress/interactions/nothing`, { headers });

  async function tokenFor({ uid, key }: ShownKey): Promise<{ status: number; token: string }> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: uid, client_secret: key });
    const response = await ask('/oauth/token', { method: 'POST', body });
    const { access_token: token = '' } = (await response.json()) as { access_token?: string };
    return { status: response.status, token };
  }

  it('teaches the first step while there is no key, and fits at 360 × 740 and 900 × 600', async () => {
    await access.page.getByText('No API key yet').waitFor();
    const line = await access.page.locator('cqa-api-access pre').innerText();
    expect(line).to.contain('/ingress/interactions').and.contain('X-API-Key').and.not.contain(access.account);
    await button('Copy this line').click();
    expect(await access.page.evaluate('navigator.clipboard.readText()')).to.contain(
      `/v1/accounts/${access.account}/ingress/`,
    );
    await expectToFit('without a key');
    await generate().click();
    await expectToFit('generating a key');
    await button('Cancel').click();
  });

  it('masks the account’s id until it is asked for, and copies it whole', async () => {
    const address = access.page.locator('cqa-api-address');
    await address.getByText(`${access.account.slice(0, 4)}…${access.account.slice(-4)}`, { exact: true }).waitFor();
    expect(await address.locator('dl').innerText()).not.to.contain(access.account);
    await address.locator('cqa-copy').first().getByRole('button').click();
    expect(await access.page.evaluate('navigator.clipboard.readText()')).to.equal(access.account);
    await address.getByRole('button', { name: 'Reveal' }).click();
    expect(await address.locator('dl').innerText()).to.contain(`/cqa/api/v1/accounts/${access.account}`);
    const [docs] = await Promise.all([
      access.context.waitForEvent('page'),
      address.getByRole('link', { name: 'API reference' }).click(),
    ]);
    await docs.waitForURL(/\/cqa\/api\/docs/);
    expect((await ask('/cqa/api/docs')).status).to.equal(200);
    await docs.close();
  });

  it('shows a key once, which works at once and is refused from the moment it is revoked', async () => {
    await generate().click();
    await dialog().getByRole('button', { name: 'Generate API key' }).click();
    await dialog().getByText('Give it a name').waitFor();
    await dialog().getByLabel('Name').fill('middleware');
    await access.page.keyboard.press('Enter');
    const made = await shownOnce();
    expect(made.key).to.match(keyPattern);
    expect(made.signingSecret).to.match(/^whsec_/);
    await dialog().getByText('You will not see these again').waitFor();
    await expectToFit('the key, shown once');
    await dialog().locator('cqa-copy').first().getByRole('button').click();
    expect(await access.page.evaluate('navigator.clipboard.readText()')).to.equal(made.key);

    for (const leave of ['Escape', 'Escape', 'Escape']) await access.page.keyboard.press(leave);
    await dialog().getByText('Have you stored the key').waitFor();
    await button('Not yet').click();
    expect(await shownOnce()).to.deep.equal(made);
    await dialog().getByRole('button', { name: 'Close' }).first().click();
    await expectToFit('the question before it is gone');
    await button('Yes, they are stored').click();
    await dialog().waitFor({ state: 'detached' });
    await row('middleware').getByText('Active').waitFor();
    expect(await access.page.locator('cqa-api-keys table').innerText())
      .to.contain(`${made.key.slice(0, 8)}…${made.key.slice(-4)}`)
      .and.not.contain(made.key);

    const { status, token } = await tokenFor(made);
    expect(status).to.equal(200);
    const headers: Record<string, string>[] = [{ 'x-api-key': made.key }, { authorization: `Bearer ${token}` }];
    for (const header of headers) expect((await read(header)).status).to.equal(404);

    await revoke('middleware');
    expect((await tokenFor(made)).status).to.equal(401);
    for (const header of headers) expect((await read(header)).status).to.equal(401);
    await row('middleware').getByText('Revoked').waitFor();
  });

  it('stays open while a key is made, which nobody could see again', async () => {
    const letGo = await holdRequests(access.page, '**/trpc/apiKeys.create');
    await generate().click();
    await dialog().getByLabel('Name').fill('slow');
    await access.page.keyboard.press('Enter');
    await button('Working …').waitFor();
    for (const leave of ['Escape', 'Escape', 'Escape']) await access.page.keyboard.press(leave);
    expect(await button('Cancel').isDisabled()).to.equal(true);
    expect(await dialog().getByRole('button', { name: 'Close' }).count()).to.equal(0);
    letGo();
    expect((await shownOnce()).key).to.match(keyPattern);
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await button('Yes, they are stored').click();
    await revoke('slow');
    await row('slow').getByText('Revoked').waitFor();
  });

  it('asks for the name before it revokes, and keeps the key when somebody turns back', async () => {
    await generateKey('kept');
    await button('Revoke kept').click();
    await expectToFit('revoking');
    expect(await button('Revoke key').isDisabled()).to.equal(true);
    await button('Keep it').click();
    await dialog().waitFor({ state: 'detached' });
    await button('Revoke kept').click();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'detached' });
    await row('kept').getByText('Active').waitFor();
  });

  it('makes no third key, says why, and rotates instead while the old key goes on', async () => {
    const made = await generateKey('second');
    await access.page.getByText('Two keys are active').waitFor();
    expect(await generate().isDisabled()).to.equal(true);
    await expectToFit('with two keys');
    await button('Rotate second').click();
    await dialog().getByLabel('The old key goes on for').selectOption('3 days');
    await expectToFit('rotating');
    await dialog().getByRole('button', { name: 'Rotate key' }).click();
    const next = await shownOnce();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await button('Yes, they are stored').click();
    await row('second').getByText('Rotating out').waitFor();
    expect(next.key).to.match(keyPattern).and.not.equal(made.key);
    for (const key of [made, next]) expect((await tokenFor(key)).status).to.equal(200);
    await revoke('kept');
    await row('kept').getByText('Revoked').waitFor();
    expect(await generate().isDisabled()).to.equal(false);
  });

  describe('in a frame', () => {
    let host: HostPage;
    before(async () => {
      const secret = await call<{ kid: string; secret: string }>(
        'account',
        'embed-secret',
        '--account',
        access.account,
      );
      host = await startHostPage({ consoleUrl: access.url, account: access.account, secret, email: adminEmail });
      await call('account', 'set', '--account', access.account, '--frame-origin', host.origin);
    });
    after(() => host?.stop());

    async function revokeAll(): Promise<void> {
      const { keys } = await call<{ keys: { api_key_id: string }[] }>('api-key', 'list', '--account', access.account);
      for (const { api_key_id: id } of keys) await call('api-key', 'revoke', '--account', access.account, '--key', id);
    }

    for (const permission of ['with', 'without'] as const)
      it(`copies a new key ${permission} the permission to use the clipboard`, async () => {
        await revokeAll();
        if (permission === 'without')
          await access.page.addInitScript(`if (window !== top) navigator.clipboard.writeText = () =>
            Promise.reject(new DOMException('not allowed', 'NotAllowedError'))`);
        await access.page.setViewportSize({ width: 900, height: 600 });
        await access.page.goto(host.url);
        const frame = access.page.frameLocator('cqa-console iframe');
        await frame.getByRole('link', { name: 'API Access' }).click();
        await frame.locator('cqa-api-access').getByRole('button', { name: 'Generate API key' }).first().click();
        await frame.getByLabel('Name').fill('framed');
        await frame.locator('cqa-dialog').getByRole('button', { name: 'Generate API key' }).click();
        const made = await shownOnce(frame);
        await frame.locator('cqa-api-key-once cqa-copy').first().getByRole('button').click();
        await frame.getByText('Copied').waitFor();
        expect(await access.page.evaluate('navigator.clipboard.readText()')).to.equal(made.key);
        await frame.locator('cqa-dialog').getByRole('button', { name: 'Close' }).last().click();
        await frame.getByRole('button', { name: 'Yes, they are stored' }).click();
        await frame.locator('cqa-api-keys').getByText('framed').first().waitFor();
      });
  });
});
