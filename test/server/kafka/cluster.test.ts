import { expect } from 'chai';
import kafkajs from 'kafkajs';
import type { Cluster, KafkaAddress } from '../../../server/kafka/cluster.ts';
import { openCluster } from '../../../server/kafka/open.ts';
import { openLog } from '../../../server/log.ts';
import { openEgress } from '../../../server/security/egress.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { type KafkaUser, skipWithoutKafka, startKafka, type TestKafka } from '../../harness/kafka.ts';

const log = openLog('silent');

async function failureOf(
  ask: (cluster: Cluster) => Promise<unknown>,
  address: KafkaAddress,
  allowed = ['127.0.0.0/8'],
) {
  const settings = { address, clientId: 'test', log, timeoutMs: 5_000, egress: openEgress(allowed) };
  await using cluster = openCluster(settings);
  const error = await ask(cluster).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return undefined;
  if (!(error instanceof AppError)) throw error;
  return { code: error.code, message: error.message };
}

const id = (cluster: Cluster) => cluster.id();

describe('a Kafka cluster with TLS, sign-in and rights', () => {
  let kafka: TestKafka;

  before(async function () {
    skipWithoutKafka(this, 'sasl', 'tls', 'acl');
    kafka = await startKafka({ acl: true, tls: true });
    await kafka.createTopic('calls', 3);
    await kafka.createTopic('empty', 1);
    await kafka.send('calls', [{ value: 'first', partition: 0 }]);
    await kafka.send('calls', [{ value: 'last', partition: 2 }]);
  });
  after(() => kafka?.stop());

  const as = (user: KafkaUser, ask: (cluster: Cluster) => Promise<unknown>) => failureOf(ask, kafka.address(user));
  const changed = (change: Partial<KafkaAddress>) => ({ ...kafka.address(), ...change });

  it('is signed in to by every mechanism, and tells its id, its partitions and the last event', async () => {
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const address = kafka.address(kafka.users.good, mechanism);
      await using cluster = openCluster({ address, clientId: 'test', log, egress: openEgress(['127.0.0.1']) });
      expect(await cluster.id(), mechanism).to.match(/^[\w-]{22}$/);
      expect((await cluster.ranges('calls')).map(({ end }) => end)).to.deep.equal([1, 0, 1]);
      expect(String((await cluster.latest('calls'))?.value)).to.equal('last');
      expect(await cluster.latest('empty')).to.equal(undefined);
    }
  });

  it('refuses a wrong password by every mechanism, and says so', async () => {
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const address = kafka.address({ username: 'good', password: 'wrong' }, mechanism);
      const failure = await failureOf(id, address);
      expect(failure).to.include({ code: 'sign_in_refused' });
      expect(failure?.message).to.contain(mechanism.toUpperCase()).and.to.contain('"good"');
    }
  });

  it('tells a client without a sign-in, without TLS, without the authority or with another name what is missing', async () => {
    const { port } = new URL(`http://${kafka.brokers[0]}`);
    const cases: [Partial<KafkaAddress>, string, string][] = [
      [{ sasl: undefined }, 'connection_lost', 'sign-in'],
      [{ tls: undefined }, 'protocol_error', 'Turn TLS on'],
      [{ tls: {} }, 'certificate_untrusted', 'authority'],
      [{ brokers: [`127.0.0.1:${port}`] }, 'certificate_untrusted', 'name'],
    ];
    for (const [change, code, hint] of cases) {
      const failure = await failureOf(id, changed(change));
      expect(failure).to.include({ code });
      expect(failure?.message).to.contain(hint);
    }
  });

  it('is not connected to where the guard forbids it', async () => {
    const failure = await failureOf(id, kafka.address(), []);
    expect(failure).to.include({ code: 'egress_blocked' });
    expect(failure?.message).to.contain(kafka.brokers[0]);
  });

  it('names the right that a login lacks, of the topic or of the group', async () => {
    const { readOnly, noGroup, writeOnly, nobody } = kafka.users;
    const lacks = async (user: KafkaUser, ask: (cluster: Cluster) => Promise<unknown>, right: string) => {
      const failure = await as(user, ask);
      expect(failure, `${user.username} ${right}`).to.include({ code: 'permission_denied' });
      expect(failure?.message).to.contain(right);
    };
    const write = async (cluster: Cluster) =>
      await (await cluster.produce()).send('calls', [{ key: 'k', value: Buffer.from('never') }]);
    await lacks(writeOnly, (cluster) => cluster.latest('calls'), 'READ');
    await lacks(writeOnly, (cluster) => cluster.latest('empty'), 'READ');
    await lacks(nobody, (cluster) => cluster.ranges('calls'), 'READ');
    await lacks(readOnly, (cluster) => cluster.requireWritable('calls'), 'WRITE');
    await lacks(readOnly, write, 'WRITE');
    await lacks(noGroup, (cluster) => cluster.requireGroup('any'), 'READ on the group');
    await lacks(readOnly, (cluster) => cluster.ensureTopic('new', 1), 'CREATE');
    expect(await as(readOnly, (cluster) => cluster.requireGroup('any'))).to.equal(undefined);
    expect(await as(readOnly, (cluster) => cluster.latest('calls'))).to.equal(undefined);
    expect(await as(writeOnly, write)).to.equal(undefined);
  });

  it('says whether a topic may be written to without writing to it', async () => {
    const { writeOnly } = kafka.users;
    expect(await as(writeOnly, (cluster) => cluster.requireWritable('empty'))).to.equal(undefined);
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    expect(await cluster.ranges('empty')).to.deep.equal([{ partition: 0, first: 0, end: 0 }]);
    await kafka.send('empty', [{ value: 'real' }]);
    expect(await cluster.ranges('empty')).to.deep.equal([{ partition: 0, first: 0, end: 1 }]);
  });

  it('tells of a topic that is not there, and makes it when it is asked to', async () => {
    for (const ask of ['ranges', 'latest', 'requireWritable'] as const)
      expect(await as(kafka.users.good, (cluster) => cluster[ask]('nothing'))).to.include({ code: 'path_missing' });
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    await cluster.ensureTopic('made', 5);
    await cluster.ensureTopic('made', 5);
    expect(await cluster.ranges('made')).to.have.length(5);
  });
});

describe('a Kafka cluster in plain text', () => {
  let kafka: TestKafka;

  before(async function () {
    skipWithoutKafka(this, 'restart');
    kafka = await startKafka();
  });
  after(() => kafka?.stop());

  it('tells at once of partitions that a topic has got', async () => {
    await kafka.createTopic('grows', 1);
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    expect(await cluster.ranges('grows')).to.have.length(1);
    const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: 'grows', count: 3 }] });
    await admin.disconnect();
    await eventually('the broker knows them', async () => {
      await using other = openCluster({ address: kafka.address(), clientId: 'test', log });
      return (await other.ranges('grows')).length === 3;
    });
    expect(await cluster.ranges('grows')).to.have.length(3);
  });

  it('tells a topic that was made anew from the one that had its name', async () => {
    await kafka.createTopic('again', 1);
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    const id = await cluster.topicId('again');
    expect(id).to.match(/^[\w-]{22}$/);
    expect(await cluster.topicId('again')).to.equal(id);
    await kafka.deleteTopic('again');
    const failure = await eventually('it is gone', () =>
      cluster.topicId('again').then(
        () => undefined,
        (error: AppError) => error,
      ),
    );
    expect(failure).to.be.instanceOf(AppError).with.property('code', 'path_missing');
    await kafka.createTopic('again', 1);
    expect(await cluster.topicId('again'))
      .to.match(/^[\w-]{22}$/)
      .and.not.to.equal(id);
  });

  it('knows a topic as soon as it has made it', async () => {
    await using cluster = openCluster({ address: kafka.address(), clientId: 'test', log });
    for (let i = 0; i < 10; i++) {
      await cluster.ensureTopic(`made-${i}`, 24);
      await using other = openCluster({ address: kafka.address(), clientId: 'test', log });
      expect(await other.ranges(`made-${i}`)).to.have.length(24);
      await (await cluster.produce()).send(`made-${i}`, [{ key: 'k', value: Buffer.from('v') }]);
    }
  });

  it('tells a client that asks for TLS, or for a sign-in, that there is none', async () => {
    const tls = await failureOf(id, { ...kafka.address(), tls: {} });
    expect(tls).to.include({ code: 'protocol_error' });
    expect(tls?.message).to.contain('Turn TLS off');
    const sasl = { mechanism: 'plain', username: 'u', password: 'p' } as const;
    const signIn = await failureOf(id, { ...kafka.address(), sasl });
    expect(signIn).to.include({ code: 'sign_in_refused' });
  });

  it('is told apart when it is unknown, refuses, hangs or is no address', async () => {
    const at = (...brokers: string[]) => failureOf(id, { brokers });
    expect(await at('nowhere.invalid:9092')).to.include({ code: 'host_unknown' });
    expect(await at('127.0.0.1:1')).to.include({ code: 'host_refused' });
    expect(await at('127.0.0.1')).to.include({ code: 'invalid' });
    kafka.freeze();
    try {
      expect(await at(...kafka.brokers)).to.include({ code: 'host_timeout' });
    } finally {
      kafka.thaw();
    }
  });

  it('fails at once what a broker does not answer when it is given up, and asks nothing more', async () => {
    const address = { brokers: kafka.brokers };
    await using cluster = openCluster({ address, clientId: 'test', log, timeoutMs: 3_600_000 });
    await cluster.id();
    kafka.freeze();
    try {
      const asked = cluster.id().catch((error: unknown) => error);
      await cluster[Symbol.asyncDispose]();
      expect(await asked).to.include({ code: 'cancelled' });
      expect(await cluster.id().catch((error: unknown) => error)).to.include({ code: 'cancelled' });
    } finally {
      kafka.thaw();
    }
  });

  it('is found by any of its addresses, and again after it was away', async () => {
    const address = { brokers: ['127.0.0.1:1', ...kafka.brokers] };
    await using cluster = openCluster({ address, clientId: 'test', log });
    const before = await cluster.id();
    await kafka.kill();
    expect(await failureOf(id, address)).to.include({ code: 'host_refused' });
    await kafka.start();
    const failures: string[] = [];
    const after = await eventually('it answers', () =>
      cluster.id().catch((error: AppError) => {
        failures.push(error.message);
        return undefined;
      }),
    );
    expect(after).to.equal(before);
    // Its topics have no leaders yet as it begins; who asks for its id alone hears nothing of them.
    expect(failures.join()).not.to.contain('leads');
  });
});
