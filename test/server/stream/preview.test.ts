import { expect } from 'chai';
import { previewConfig } from '../../../server/configuration/preview.ts';
import type { Services } from '../../../server/services.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { callEvent } from './stream-kit.ts';

describe('the preview of a stream', () => {
  let services: Services;
  let kafka: TestKafka;
  let accountId: number;
  before(async function () {
    skipWithoutKafka(this, 'topics');
    services = await testServices();
    kafka = await startKafka();
    accountId = (await testAccount(services)).id;
  });
  after(async () => {
    await kafka?.stop();
    await services?.close();
  });

  const preview = (topic: string, more: Record<string, unknown> = {}) =>
    previewConfig(services, accountId, {
      ...{ type: 'ecc6x', direction: 'import' },
      config: { brokers: kafka.brokers, topic, ...more },
    });

  it('shows the latest events, the newest first, and what each would become, before anything is saved', async () => {
    await kafka.createTopic('shown', 1);
    const early = Array.from({ length: 12 }, (_, index) => ({ value: callEvent(`C-${index}`) }));
    await kafka.send('shown', [...early, { value: callEvent('late', { state: 'open' }) }, { value: 'no event' }]);
    const filter = { path: 'external_interaction_id', values: Array.from({ length: 12 }, (_, index) => `C-${index}`) };
    const { item, header, rows, isStream, waiting } = await preview('shown', { filter });
    expect({ item, isStream, waiting }).to.deep.equal({
      ...{ item: { key: 'shown', size: undefined }, isStream: true, waiting: [] },
    });
    expect(header).to.deep.equal(['external_interaction_id', 'channel_type', 'transcript_text', 'state']);
    expect(rows.map(({ line }) => line)).to.deep.equal([13, 12, 11, 10, 9, 8, 7, 6, 5, 4]);
    expect(rows[0]).to.deep.include({ fields: ['no event'] });
    expect(rows[0]?.problem).to.include({ code: 'bad_json' });
    expect(rows[1]).to.deep.equal({ line: 12, fields: ['late', 'CHAT', 'hello late', 'open'], isSkipped: true });
    expect(rows[2]?.fields.slice(0, 3)).to.deep.equal(['C-11', 'CHAT', 'hello C-11']);
    expect(rows[2]?.interaction).to.include({ external_interaction_id: 'C-11', transcript_text: 'hello C-11' });
  });

  it('is empty where the topic is', async () => {
    await kafka.createTopic('empty', 2);
    expect(await preview('empty')).to.deep.include({ item: undefined, isStream: true, rows: [] });
  });

  it('fails as the test of the connection does where the topic is not there', async () => {
    const thrown: unknown = await preview('nowhere').catch((error: unknown) => error);
    expect(thrown).to.include({ code: 'path_missing' });
  });
});
