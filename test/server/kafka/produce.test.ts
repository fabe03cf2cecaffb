import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { openCluster } from '../../../server/kafka/open.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { log } from './following.ts';

const event = (id: number, bytes = 0) => ({ key: String(id), value: Buffer.from(`${id}${' '.repeat(bytes)}`) });

describe('a producer', () => {
  let kafka: TestKafka;

  before(async function () {
    skipWithoutKafka(this, 'topics', 'idempotence');
    kafka = await startKafka();
  });
  after(() => kafka?.stop());

  const open = (timeoutMs = 10_000) => openCluster({ address: kafka.address(), clientId: 'test', log, timeoutMs });

  it('writes each event once, with its key, however many send at once', async () => {
    await kafka.createTopic('out', 3);
    await using cluster = open();
    const producer = await cluster.produce();
    const sends = Array.from({ length: 300 }, (_, i) => producer.send('out', [event(i)]));
    await Promise.all(sends);
    const all = await kafka.readAll('out', 300);
    expect(new Set(all.map(({ key }) => String(key))).size).to.equal(300);
    expect(all).to.have.length(300);
  });

  it('sends more than a broker takes at once in portions', async () => {
    await kafka.createTopic('large', 1);
    await using cluster = open();
    const producer = await cluster.produce();
    await producer.send(
      'large',
      Array.from({ length: 60 }, (_, i) => event(i, 50_000)),
    );
    expect(await kafka.readAll('large', 60)).to.have.length(60);
  });

  it('refuses an event that is too large, and a topic that is not there, and goes on with the others', async () => {
    await kafka.createTopic('next', 1);
    await using cluster = open();
    const producer = await cluster.produce();
    const code = (sent: Promise<void>) => sent.then(() => 'sent').catch((error: AppError) => error.code);
    expect(await code(producer.send('next', [event(1, 3_000_000)]))).to.equal('invalid');
    expect(await code(producer.send('nowhere', [event(2)]))).to.equal('path_missing');
    expect(await code(producer.send('next', [event(3)]))).to.equal('sent');
    expect((await kafka.readAll('next', 1)).map(({ key }) => String(key))).to.deep.equal(['3']);
  });

  /** By whom the events of the topic were written, as the brokers know them. */
  async function writers(topic: string, count: number): Promise<Set<string>> {
    const client = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const consumer = client.consumer({ groupId: `writers-${topic}` });
    const ids: string[] = [];
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage({ message }) {
          ids.push((message as unknown as { batchContext: { producerId: string } }).batchContext.producerId);
          return Promise.resolve();
        },
      });
      await eventually('all are read', () => ids.length >= count);
      return new Set(ids);
    } finally {
      await consumer.disconnect();
    }
  }

  it('stays the same one for the brokers however many events they refuse', async () => {
    await kafka.createTopic('small', 3, { 'max.message.bytes': '1000' });
    await using cluster = open();
    const producer = await cluster.produce();
    const code = (...ids: number[]) =>
      producer
        .send(
          'small',
          ids.map((id) => event(id, id % 2 === 0 ? 0 : 2_000)),
        )
        .then(() => 'sent')
        .catch((error: AppError) => error.code);
    for (let i = 0; i < 20; i += 2) {
      expect(await code(i)).to.equal('sent');
      expect(await code(i + 1)).to.equal('invalid');
    }
    // Those of other partitions are written.
    expect(await code(20, 21, 22, 23, 24, 25, 26, 27, 28)).to.equal('invalid');
    expect(await code(30)).to.equal('sent');
    expect(await writers('small', (await kafka.readAll('small', 11)).length)).to.have.property('size', 1);
  });

  it('writes once what was not answered, as long as it has the time to ask again', async function () {
    skipWithoutKafka(this, 'freeze');
    await kafka.createTopic('unanswered', 1);
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log, timeoutMs: 5_000 });
    const producer = await cluster.produce();
    await producer.send('unanswered', [event(0)]);
    kafka.freeze();
    const startedAt = performance.now();
    const sent = producer.send('unanswered', [event(1)]);
    try {
      await eventually('the first request is given up', () => performance.now() - startedAt > 6_000);
    } finally {
      kafka.thaw();
    }
    await sent;
    await producer.send('unanswered', [event(2)]);
    const all = await kafka.readAll('unanswered', 3);
    expect(all.map(({ key }) => String(key))).to.deep.equal(['0', '1', '2']);
  });

  it('fails within its time while the broker hangs or is away, and sends again when it is back', async function () {
    skipWithoutKafka(this, 'freeze', 'restart');
    await kafka.createTopic('away', 1);
    await using cluster = open(3_000);
    const producer = await cluster.produce();
    await producer.send('away', [event(0)]);
    const failure = (id: number) => producer.send('away', [event(id)]).catch((error: unknown) => error);
    kafka.freeze();
    expect(await failure(1))
      .to.be.instanceOf(AppError)
      .with.property('kind', 'transient');
    kafka.thaw();
    await kafka.kill();
    expect(await failure(2))
      .to.be.instanceOf(AppError)
      .with.property('kind', 'transient');
    await kafka.start();
    await eventually('it sends again', () =>
      producer.send('away', [event(3)]).then(
        () => true,
        () => false,
      ),
    );
    const keys = (await kafka.readAll('away', 2)).map(({ key }) => String(key));
    expect(keys).to.include('0').and.to.include('3');
  });
});
