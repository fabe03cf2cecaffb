import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { openCluster } from '../../../server/kafka/open.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { follow, log } from './following.ts';

const settings = {
  'cleanup.policy': 'compact',
  'segment.bytes': String(1024 * 1024),
  'min.cleanable.dirty.ratio': '0.01',
  'max.compaction.lag.ms': '100',
};
/** Ten of these nearly fill a segment, and a fetch never reaches past the end of one. */
const filling = 'x'.repeat(98_000);

describe('a compacted topic', () => {
  let kafka: TestKafka;

  before(async function () {
    skipWithoutKafka(this, 'compression', 'restart');
    kafka = await startKafka({ compaction: true });
  });
  after(() => kafka?.stop());

  /** The broker keeps the last batch of each producer, also when nothing is left in it. */
  async function write(topic: string, name: string): Promise<void> {
    const client = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const messages = Array.from({ length: 10 }, (_, i) => ({ key: `k${i}`, value: `${name}${filling}` }));
    await producer.send({ topic, messages });
    await producer.disconnect();
  }

  /** From its first event on each time: in a group it would go on where the group was. */
  async function namesIn(topic: string): Promise<string[]> {
    const positions = (partitions: number[]) => Promise.resolve(new Map(partitions.map((each) => [each, 0])));
    const reader = await follow(kafka.brokers, { topic, positions });
    try {
      await eventually('the newest is taken', () => reader.values().some((value) => value.startsWith('D')));
      return reader.values().map((value) => value.charAt(0));
    } finally {
      await reader.stop();
    }
  }

  it('is read to its end past segments in which only the heads of batches are left', async () => {
    const topic = `compacted-${process.pid}`;
    await kafka.createTopic(topic, 1, settings);
    for (const name of ['A', 'B', 'C', 'D']) await write(topic, name);
    const names = await eventually('the first are compacted', async () => {
      const now = await namesIn(topic);
      return !now.includes('A') && !now.includes('B') && now;
    });
    expect(names.filter((name) => name === 'D')).to.have.length(10);
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    expect((await cluster.latest(topic))?.offset).to.equal(39);
  });
});
