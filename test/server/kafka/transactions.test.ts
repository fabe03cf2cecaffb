import { expect } from 'chai';
import kafkajs, { type Producer } from 'kafkajs';
import { openCluster } from '../../../server/kafka/open.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { follow, log } from './following.ts';

describe('events of transactions', () => {
  let kafka: TestKafka;
  const producers: Producer[] = [];

  before(async function () {
    skipWithoutKafka(this, 'idempotence');
    kafka = await startKafka();
  });
  afterEach(() => Promise.all(producers.splice(0).map((each) => each.disconnect())));
  after(() => kafka?.stop());

  let topics = 0;
  async function newTopic(): Promise<string> {
    const topic = `transactions-${++topics}-${process.pid}`;
    await kafka.createTopic(topic);
    return topic;
  }

  async function begin(topic: string) {
    const client = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const transactionalId = `${topic}-${producers.length}`;
    const producer = client.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
    producers.push(producer);
    await producer.connect();
    const transaction = await producer.transaction();
    const send = (...messages: { value: string; key?: Buffer }[]) => transaction.send({ topic, messages });
    return { send, commit: () => transaction.commit(), abort: () => transaction.abort() };
  }

  async function read(topic: string, from?: number): Promise<string[]> {
    await kafka.send(topic, [{ value: 'the last' }]);
    const positions = new Map(from === undefined ? [] : [[0, from]]);
    const reader = await follow(kafka.brokers, { topic, positions: () => Promise.resolve(positions) });
    try {
      await eventually('the last is taken', () => reader.values().includes('the last'));
      return reader.values();
    } finally {
      await reader.stop();
    }
  }

  it('are taken when they were committed, and never when they were aborted', async () => {
    const topic = await newTopic();
    const [kept, dropped] = [await begin(topic), await begin(topic)];
    await dropped.send({ value: 'aborted' });
    await kept.send({ value: 'committed' });
    await dropped.abort();
    await kept.commit();
    expect(await read(topic)).to.deep.equal(['committed', 'the last']);
  });

  it('are not taken where one was aborted that began after another and ended before it', async () => {
    const topic = await newTopic();
    const [outer, inner] = [await begin(topic), await begin(topic)];
    await outer.send({ value: 'outer' });
    await inner.send({ value: 'inner' });
    await inner.abort();
    await outer.send({ value: 'outer' });
    await outer.abort();
    expect(await read(topic)).to.deep.equal(['the last']);
  });

  it('are not taken where reading begins within several that were aborted', async () => {
    const topic = await newTopic();
    const [one, other] = [await begin(topic), await begin(topic)];
    await one.send({ value: 'one' });
    await other.send({ value: 'other' });
    await other.send({ value: 'other' }, { value: 'other' });
    await one.abort();
    await other.abort();
    expect(await read(topic, 2)).to.deep.equal(['the last']);
  });

  it('are not taken behind an event of the same transaction that looks like its end', async () => {
    const topic = await newTopic();
    const dropped = await begin(topic);
    await dropped.send({ value: 'before' }, { value: 'a mark?', key: Buffer.alloc(4) }, { value: 'after' });
    await dropped.abort();
    expect(await read(topic)).to.deep.equal(['the last']);
  });

  it('are passed when they were aborted and nothing follows them, so that no lag is left', async () => {
    const topic = await newTopic();
    await kafka.send(topic, [{ value: 'kept' }]);
    const reader = await follow(kafka.brokers, { topic });
    try {
      await eventually('the first is taken', () => reader.values().length === 1);
      const dropped = await begin(topic);
      await dropped.send({ value: 'aborted' }, { value: 'aborted' });
      await dropped.abort();
      await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
      // An abort is answered before its mark is in the topic.
      const end = await eventually('the mark', async () => (await cluster.ranges(topic))[0]?.end === 4 && 4);
      await eventually('their place is passed', () => reader.batches.at(-1)?.next === end);
      expect(reader.values()).to.deep.equal(['kept']);
      expect(reader.batches.at(-1)).to.deep.include({ events: [], end });
      await eventually('it is committed', async () => (await kafka.committed(topic, topic)).get(0) === end);
    } finally {
      await reader.stop();
    }
  });

  it('are not the last event of a topic when they were aborted', async () => {
    const topic = await newTopic();
    await kafka.send(topic, [{ value: 'kept' }]);
    const [outer, inner] = [await begin(topic), await begin(topic)];
    await outer.send({ value: 'outer' });
    await inner.send({ value: 'inner' });
    await inner.abort();
    await outer.abort();
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    expect(String((await cluster.latest(topic))?.value)).to.equal('kept');
  });
});
