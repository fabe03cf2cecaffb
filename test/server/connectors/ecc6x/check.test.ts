import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect } from 'chai';
import type { ConnectorType } from '../../../../server/connectors/connector.ts';
import { ecc6x } from '../../../../server/connectors/ecc6x/ecc6x.ts';
import type { KafkaAddress } from '../../../../server/kafka/cluster.ts';
import { openEgress } from '../../../../server/security/egress.ts';
import type { CheckStep } from '../../../../shared/connector.ts';
import { skipWithoutKafka, startKafka, type TestKafka } from '../../../harness/kafka.ts';
import { check } from '../contract-kit.ts';
import { interaction } from './events.ts';
import { kafkaSettings } from './kafka-settings.ts';
import { audio, type RecordingsServer, startRecordings, token } from './recordings-server.ts';

type Json = Record<string, unknown>;

const type = ecc6x as unknown as ConnectorType;

describe('the check of ECC 6x', () => {
  let kafka: TestKafka;
  let server: RecordingsServer;
  let topics = 0;
  before(async function () {
    skipWithoutKafka(this, 'sasl', 'tls', 'acl');
    kafka = await startKafka({ sasl: true, tls: true, acl: true });
    await kafka.createTopic('results');
    server = await startRecordings();
  });
  after(async () => {
    await server?.close();
    await kafka?.stop();
  });
  beforeEach(() => server.files.clear());

  const topicWith = async (...values: (Json | string)[]): Promise<string> => {
    const topic = `interactions-${++topics}`;
    await kafka.createTopic(topic, 3);
    const events = values.map((value) => ({ value: typeof value === 'string' ? value : JSON.stringify(value) }));
    if (events.length > 0) await kafka.send(topic, events);
    return topic;
  };
  const stepsOf = async (
    topic: string,
    more: Json = {},
    address: KafkaAddress = kafka.address(),
  ): Promise<CheckStep[]> =>
    await check(type, { ...kafkaSettings(address), topic, group_id: 'cqa-check', ...more }, 'import');
  const seen = (steps: CheckStep[]) => steps.map(({ name, ok }) => (ok ? name : `not ${name}`));
  const failed = (steps: CheckStep[]) => ({ code: steps.at(-1)?.details?.code, field: steps.at(-1)?.details?.field });

  it('goes from the connection to a recording, and tells what it saw', async () => {
    const topic = await topicWith(interaction());
    server.files.set('/data-engine/v1/voice-logs/int-1', { body: audio });
    const more = { results_topic: 'results', recording_base_url: server.url, recording_token: token };
    const steps = await stepsOf(topic, more);
    expect(seen(steps)).to.deep.equal([
      'reach',
      'sign_in',
      'topic_read',
      'group',
      'topic_write',
      'recordings',
      'recording',
    ]);
    const told = steps.map(({ message }) => message).join('\n');
    expect(told).to.match(/3 partitions, about 1 event\. Its last event, at offset 0, is the interaction int-1/);
    expect(told)
      .to.match(/Signed in as good \(plain\)/)
      .and.match(/recording of the last event can be read \(wav\)/);
    expect(told).to.not.contain(token).and.not.contain(kafka.users.good.password);
    expect(await kafka.readAll('results', 0)).to.deep.equal([]);
  });

  it('signs in by each mechanism', async () => {
    const topic = await topicWith();
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const)
      expect(seen(await stepsOf(topic, {}, kafka.address(kafka.users.good, mechanism)))).to.deep.equal([
        ...['reach', 'sign_in', 'topic_read', 'group'],
      ]);
  });

  it('says where the connection fails', async () => {
    const topic = await topicWith();
    const withoutTls = await stepsOf(topic, { tls: false });
    expect(seen(withoutTls)).to.deep.equal(['not reach']);
    expect(failed(withoutTls)).to.deep.equal({ code: 'protocol_error', field: 'tls' });
    expect(withoutTls[0]?.message).to.match(/Turn TLS on/);
    const otherName = await stepsOf(topic, {
      brokers: kafka.brokers.map((one) => one.replace('localhost', '127.0.0.1')),
    });
    expect(seen(otherName)).to.deep.equal(['not reach']);
    expect(otherName[0]?.message).to.match(/made for other names.*Name the broker as its certificate does/);
    const refused = await stepsOf(topic, { brokers: ['localhost:9'] });
    expect(failed(refused)).to.deep.equal({ code: 'host_refused', field: 'brokers' });
    expect(refused[0]?.message).to.match(/Check the host and the port/);
    const noSignIn = await stepsOf(topic, { sasl: { mechanism: 'none' } });
    expect(noSignIn[0]?.message).to.match(/may want a sign-in/);
    const untrusted = await stepsOf(topic, { certificate_authority: undefined });
    expect(seen(untrusted)).to.deep.equal(['not reach']);
    expect(failed(untrusted)).to.deep.equal({ code: 'certificate_untrusted', field: 'certificate_authority' });
  });

  it('names each of several brokers that is down with its reason, where all are and where one is', async () => {
    const topic = await topicWith();
    const [closed, unknown] = ['localhost:9', 'no-such-host.invalid:9092'];
    const all = await stepsOf(topic, { brokers: [closed, unknown] });
    expect(seen(all)).to.deep.equal(['not reach']);
    expect(failed(all)).to.have.property('field', 'brokers');
    expect(all[0]?.message)
      .to.match(/None of the brokers can be reached/)
      .and.match(/localhost:9 refused the connection/)
      .and.contain(unknown);
    const one = await stepsOf(topic, { brokers: [closed, ...kafka.brokers] });
    expect(seen(one)).to.deep.equal(['reach', 'sign_in', 'topic_read', 'group']);
    expect(one[0]?.message).to.match(/Not all of the brokers can be reached.*localhost:9 refused the connection/);
    expect(one[0]?.details).to.have.property('warning');
  });

  it('counts a broker that is not reached by the name that it gives itself as not reached', async () => {
    const port = Number(kafka.brokers[0]?.split(':')[1]);
    const relay = createServer((socket) => {
      const onward = connect(port, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => socket.destroy());
    }).listen(0, '127.0.0.2');
    await once(relay, 'listening');
    // By the one name there is a way, by the other, which the broker gives itself, there is none.
    const lookUp = async (name: string) => [{ address: name === 'LOCALHOST' ? '127.0.0.2' : '127.0.0.1', family: 4 }];
    const brokers = [`LOCALHOST:${(relay.address() as AddressInfo).port}`];
    const config = { ...kafkaSettings(kafka.address()), brokers, topic: await topicWith(), group_id: 'cqa-check' };
    const steps = await check(type, config, 'import', { egress: openEgress(['127.0.0.2/32'], lookUp) });
    relay.close();
    expect(seen(steps)).to.deep.equal(['not reach']);
    expect(failed(steps)).to.deep.equal({ code: 'egress_blocked', field: 'brokers' });
    expect(steps[0]?.message)
      .to.include(kafka.brokers[0])
      .and.match(/advertised\.listeners/);
  });

  it('says where the sign-in fails', async () => {
    const topic = await topicWith();
    const wrong = kafka.address({ username: 'good', password: 'wrong' });
    for (const mechanism of ['plain', 'scram-sha-512'] as const) {
      const steps = await stepsOf(topic, { sasl: { ...wrong.sasl, mechanism } });
      expect(seen(steps)).to.deep.equal(['reach', 'not sign_in']);
      expect(failed(steps)).to.deep.equal({ code: 'sign_in_refused', field: 'sasl.password' });
    }
  });

  it('says which right is missing: to read, to join, to write', async () => {
    const topic = await topicWith(interaction());
    const { nobody, noGroup, readOnly } = kafka.users;
    const noRead = await stepsOf(topic, {}, kafka.address(nobody));
    expect(seen(noRead)).to.deep.equal(['reach', 'sign_in', 'not topic_read']);
    expect(failed(noRead)).to.have.property('field', 'topic');
    const noJoin = await stepsOf(topic, {}, kafka.address(noGroup));
    expect(seen(noJoin)).to.deep.equal(['reach', 'sign_in', 'topic_read', 'not group']);
    expect(failed(noJoin)).to.deep.equal({ code: 'permission_denied', field: 'group_id' });
    const noWrite = await stepsOf(topic, { results_topic: 'results' }, kafka.address(readOnly));
    expect(seen(noWrite)).to.deep.equal(['reach', 'sign_in', 'topic_read', 'group', 'not topic_write']);
    expect(failed(noWrite)).to.deep.equal({ code: 'permission_denied', field: 'results_topic' });
  });

  it('says which topic is not there', async () => {
    expect(failed(await stepsOf('none'))).to.deep.equal({ code: 'path_missing', field: 'topic' });
    const steps = await stepsOf(await topicWith(), { results_topic: 'none' });
    expect(seen(steps).at(-1)).to.equal('not topic_write');
    expect(failed(steps)).to.deep.equal({ code: 'path_missing', field: 'results_topic' });
  });

  it('says of the last event what would become of it, and fails for none', async () => {
    const told = async (value: Json | string, more: Json = {}) => {
      const steps = await stepsOf(await topicWith(value), more);
      expect(steps.every(({ ok }) => ok)).to.equal(true);
      const { message, details } = steps.find(({ name }) => name === 'topic_read') ?? {};
      expect(details?.warning !== undefined, 'a warning').to.equal(message?.includes('would be rejected'));
      return message;
    };
    expect(await told('no json')).to.match(/would be rejected: The event is not valid JSON.*field map/);
    expect(await told({ name: 'without id' })).to.match(/would be rejected: external_interaction_id is empty/);
    expect(await told({ id: 'a' })).to.match(/would be rejected: .*neither audio_url nor/);
    expect(await told(interaction(), { filter: { path: 'status', values: ['open'] } })).to.match(
      /left out by the filter/,
    );
  });

  it('says where recordings fail', async () => {
    const topic = await topicWith(interaction());
    const base = { recording_base_url: server.url, recording_token: token };
    expect(failed(await stepsOf(topic, { ...base, recording_base_url: 'http://127.0.0.1:1' }))).to.deep.equal({
      code: 'host_refused',
      field: 'recording_base_url',
    });
    expect(failed(await stepsOf(topic, { ...base, recording_token: 'wrong' }))).to.deep.equal({
      code: 'sign_in_refused',
      field: 'recording_token',
    });
    expect((await stepsOf(topic, base)).at(-1)?.message).to.match(/not there/);
    server.files.set('/data-engine/v1/voice-logs/int-1', { type: 'text/html', body: '<html>' });
    expect(failed(await stepsOf(topic, base)).code).to.equal('not_audio');
  });
});
