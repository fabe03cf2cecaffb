import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { openCluster } from '../../../server/kafka/open.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { follow, log } from './following.ts';

describe('events that were compressed', () => {
  let kafka: TestKafka;

  before(async function () {
    skipWithoutKafka(this, 'compression');
    kafka = await startKafka();
  });
  after(() => kafka?.stop());

  // A topic with a compression of its own has Kafka's own Java code compress what is sent to it.
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'])
    it(`by ${codec} are read as they were sent`, async () => {
      await kafka.createTopic(codec, 1, { 'compression.type': codec });
      const values = Array.from({ length: 300 }, (_, i) =>
        Buffer.from(
          JSON.stringify({ i, text: 'again and again '.repeat(i % 40), noise: randomBytes(i * 3).toString('hex') }),
        ),
      );
      await kafka.send(
        codec,
        values.map((value, i) => ({ value, key: String(i) })),
      );
      const reader = await follow(kafka.brokers, { topic: codec });
      try {
        await eventually('all are taken', () => reader.values().length === values.length);
        expect(reader.values()).to.deep.equal(values.map(String));
      } finally {
        await reader.stop();
      }
      await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
      expect((await cluster.latest(codec))?.value).to.deep.equal(values.at(-1));
    });

  /** One batch, compressed by the producer as Java does with linger. */
  async function sendPacked(topic: string, values: Buffer[]): Promise<void> {
    const client = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer();
    await producer.connect();
    const messages = values.map((value) => ({ value, partition: 0 }));
    await producer.send({ topic, messages, compression: kafkajs.CompressionTypes.GZIP });
    await producer.disconnect();
  }

  it('in one batch that unpacks to more than fits in memory hold nothing up, and are told', async () => {
    await kafka.createTopic('bomb', 1);
    await kafka.send('bomb', [{ value: 'before' }]);
    await sendPacked(
      'bomb',
      Array.from({ length: 5 }, () => Buffer.alloc(60 * 1024 * 1024)),
    );
    await kafka.send('bomb', [{ value: 'after' }]);
    const reader = await follow(kafka.brokers, { topic: 'bomb' });
    try {
      await eventually('the last is taken', () => reader.values().includes('after'));
      const events = reader.batches.flatMap((batch) => batch.events);
      expect(events.map(({ offset }) => offset)).to.deep.equal([0, 1, 6]);
      expect(events[1]?.value).to.equal(null);
      expect(events[1]?.unreadable).to.contain('offsets 1 to 5').and.to.contain('256 MiB');
    } finally {
      await reader.stop();
    }
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    const newest = await cluster.latestEvents('bomb', 3);
    expect(newest.map(({ offset, unreadable }) => [offset, unreadable !== undefined])).to.deep.equal([
      [6, false],
      [1, true],
      [0, false],
    ]);
  });
});
