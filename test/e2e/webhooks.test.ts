import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openApiAccess } from './api-access.ts';

describe('webhooks on the page API Access', () => {
  const access = openApiAccess();
  const { ask, dialog, button, expectToFit, generateKey } = access;
  let receiver: Receiver;
  before(async () => {
    receiver = await startReceiver();
  });
  after(() => receiver?.stop());

  it('lists what webhooks told, with every answer, and sends one again', async () => {
    const { key } = await generateKey('sender');
    receiver.answer(400, 'not today');
    const sent = await ask(`/cqa/api/v1/accounts/${access.account}/ingress/interactions`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({
        external_interaction_id: 'hook-1',
        channel_type: 'CHAT',
        transcript_text: 'Agent: Hello\nCustomer: Hello',
        callback_url: receiver.url,
      }),
    });
    expect(sent.status, await sent.text()).to.equal(201);
    const ingested = access.page.locator('cqa-webhooks tbody tr').filter({ hasText: 'Ingested' });
    await ingested.getByText('Failed').waitFor();
    await ingested.getByText('400', { exact: true }).waitFor();
    await expectToFit('with webhooks');

    await ingested.getByRole('button', { name: 'Ingested' }).click();
    await dialog().getByText('not today').waitFor();
    expect(await dialog().getByLabel('Payload').innerText()).to.contain('"externalInteractionId": "hook-1"');
    await expectToFit('a webhook');
    receiver.answer(200, 'thanks');
    await button('Send again').click();
    await dialog().getByText('Answered 200').waitFor();
    await dialog().getByText('Delivered').first().waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await ingested.getByText('Delivered').waitFor();

    await access.page.getByLabel('State').selectOption('Delivered');
    await access.page.waitForURL(/\?webhooks=delivered$/);
    await ingested.waitFor();
  });
});

/** A customer's server that is told by webhooks. */
interface Receiver {
  url: string;
  /** What it answers from now on. */
  answer(status: number, body: string): void;
  stop(): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  let answer = { status: 200, body: '' };
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(answer.status).end(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    answer: (status, body) => {
      answer = { status, body };
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
