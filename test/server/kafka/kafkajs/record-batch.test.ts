import { expect } from 'chai';
import { Connection } from '../../../../server/kafka/kafkajs/connection.ts';
import { produceTo } from '../../../../server/kafka/kafkajs/produce.ts';
import { eventually } from '../../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../../harness/kafka.ts';
import { follow, log } from '../following.ts';

describe('a batch of records', () => {
  let kafka: TestKafka;

  before(async function () {
    skipWithoutKafka(this, 'topics');
    kafka = await startKafka();
  });
  after(() => kafka?.stop());

  async function sendAsOneBatch(topic: string, values: string[]): Promise<void> {
    await using connection = new Connection({ address: kafka.address(), clientId: 'test', log });
    await connection.openTopic(topic, 'WRITE');
    const [metadata] = connection.cluster.findTopicPartitionMetadata(topic);
    const broker = await connection.cluster.findBroker({ nodeId: metadata?.leader ?? -1 });
    const messages = values.map((value) => ({ value }));
    const answers = await produceTo(broker, {
      ...{ topic, producerId: '-1', producerEpoch: -1, timeoutMs: connection.timeoutMs },
      partitions: [{ partition: 0, firstSequence: -1, messages }],
    });
    expect([...answers]).to.deep.equal([[0, undefined]]);
  }

  it('is read to its end however many events are in it', async () => {
    const values = Array.from({ length: 130_000 }, (_, i) => String(i));
    await kafka.createTopic('crowd', 1, { 'max.message.bytes': '10000000' });
    await sendAsOneBatch('crowd', values);
    await kafka.send('crowd', [{ value: 'after' }]);
    const reader = await follow(kafka.brokers, { topic: 'crowd' });
    try {
      await eventually('all are taken', () => reader.batches.at(-1)?.next === values.length + 1);
      expect(reader.values().join()).to.equal([...values, 'after'].join());
    } finally {
      await reader.stop();
    }
  });
});
