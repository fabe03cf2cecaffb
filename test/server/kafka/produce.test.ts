import { expect } from 'chai';
import { openCluster } from '../../../server/kafka/open.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { missingForKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';
import { log } from './following.ts';

const event = (id: number, bytes = 0) => ({ key: String(id), value: Buffer.from(`${id}${' '.repeat(bytes)}`) });

describe('a producer', () => {
  let kafka: TestKafka;

  before(async function () {
    const reason = missingForKafka('topics', 'idempotence');
    if (reason) {
      console.log(`      skipped: ${reason}`);
      return this.skip();
    }
    kafka = await startKafka();
  });
  after(() => kafka?.stop());

  const open = () => openCluster({ address: kafka.address(), clientId: 'test', log, timeoutMs: 3_000 });

  it('writes each event once, with its key and its headers, however many send at once', async () => {
    await kafka.createTopic('out', 3);
    await using cluster = open();
    const producer = await cluster.produce();
    const sends = Array.from({ length: 300 }, (_, i) =>
      producer.send('out', [{ ...event(i), headers: { kind: 'test' } }]),
    );
    await Promise.all(sends);
    const all = await kafka.readAll('out', 300);
    expect(new Set(all.map(({ key }) => String(key))).size).to.equal(300);
    expect(all).to.have.length(300);
    expect(all[0]?.headers).to.deep.equal({ kind: 'test' });
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

  it('fails within its time while the broker hangs or is away, and sends again when it is back', async function () {
    const reason = missingForKafka('freeze', 'restart');
    if (reason) {
      console.log(`      skipped: ${reason}`);
      return this.skip();
    }
    await kafka.createTopic('away', 1);
    await using cluster = open();
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
