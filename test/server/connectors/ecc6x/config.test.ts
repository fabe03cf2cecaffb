import { expect } from 'chai';
import { ecc6xConfigSchema } from '../../../../server/connectors/ecc6x/config.ts';
import { ecc6x } from '../../../../server/connectors/ecc6x/ecc6x.ts';
import { secretPaths, secretPathsIn, secretsForNewAddress } from '../../../../server/connectors/secrets.ts';
import { configOf, settings } from './events.ts';

type Json = Record<string, unknown>;

function refusal(more: Json): string {
  const { error } = ecc6xConfigSchema.safeParse(settings(more));
  if (!error) throw new Error('it was taken');
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

describe('the settings of ECC 6x', () => {
  it('are brokers and topic at least', () => {
    const config = ecc6xConfigSchema.parse({ brokers: ['k:9092'], topic: 't' });
    expect(config).to.deep.include({
      tls: false,
      sasl: { mechanism: 'none' },
      start_from: 'earliest',
      on_existing: 'update',
    });
    expect(config.field_map).to.include({ external_interaction_id: 'id', audio_url: 'channel_data.voice_log_url' });
  });

  it('take brokers as Kafka itself writes them', () => {
    const brokers = ['a:9092', 'b:9093', 'c:9094'];
    for (const written of [brokers, brokers.join(','), ['a:9092, b:9093', 'SASL_SSL://c:9094']])
      expect(configOf({ brokers: written }).brokers).to.deep.equal(brokers);
    expect(configOf({ sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' } }).sasl.mechanism).to.equal(
      'scram-sha-512',
    );
    expect(configOf({ recording_token: 'Bearer abc' }).recording_token).to.equal('abc');
  });

  it('are refused with the field and the reason', () => {
    expect(refusal({ brokers: [] })).to.match(/^brokers/);
    for (const broker of ['host', 'host:0', 'host:70000', 'a b:1', 'http://h:1/x'])
      expect(refusal({ brokers: [broker] })).to.match(/^brokers\.0/);
    expect(refusal({ topic: 'a b' })).to.match(/^topic/);
    expect(refusal({ results_topic: 'interactions' })).to.match(/^results_topic.*another topic/);
    expect(refusal({ sasl: { mechanism: 'oauth' } })).to.match(/plain, scram-sha-256 or scram-sha-512/);
    expect(refusal({ sasl: { mechanism: 'plain', username: 'u' } })).to.match(/^sasl\.password/);
    expect(refusal({ field_map: { external_interaction_id: 'a..b' } })).to.match(
      /field_map\.external_interaction_id.*keys with dots/,
    );
    expect(refusal({ field_map: { 'a.b': 'c' } })).to.match(/without dots/);
    expect(refusal({ filter: { path: 'state' } })).to.match(/^filter\.values/);
    expect(refusal({ recording_base_url: 'ecc.example.com' })).to.match(/^recording_base_url/);
    expect(refusal({ certificate_authority: 'x' })).to.match(/^certificate_authority/);
    expect(refusal({ brokerz: 1 })).to.match(/brokerz/);
  });

  it('hold two secrets, and none where nothing is signed in', () => {
    expect(secretPaths(ecc6xConfigSchema)).to.have.members(['sasl.password', 'recording_token']);
    expect(secretPathsIn(ecc6xConfigSchema, { sasl: { mechanism: 'none' } })).to.deep.equal(['recording_token']);
  });

  it('let no kept secret go to another address, and ask only for the one that would', () => {
    const before = configOf({
      sasl: { mechanism: 'plain', username: 'u', password: 'p' },
      recording_base_url: 'https://a',
    });
    const changed = (more: Json) => secretsForNewAddress(ecc6xConfigSchema, before, { ...before, ...more });
    expect(changed({ brokers: ['elsewhere:9092'] })).to.deep.equal(['sasl.password']);
    expect(changed({ tls: true })).to.deep.equal(['sasl.password']);
    expect(changed({ recording_base_url: 'https://b' })).to.deep.equal(['recording_token']);
    expect(changed({ topic: 'other' })).to.deep.equal([]);
  });

  it('get a group of their own once, which stays', async () => {
    const { group_id: _, ...without } = configOf();
    const first = await ecc6x.prepare(without, { name: 'a', before: undefined });
    const second = await ecc6x.prepare(without, { name: 'a', before: undefined });
    expect(first.group_id)
      .to.match(/^cqa-[0-9a-f]{16}$/)
      .and.not.equal(second.group_id);
    const again = await ecc6x.prepare(without, { name: 'a', before: { ...first } });
    expect(again.group_id).to.equal(first.group_id);
    const typed = await ecc6x.prepare({ ...without, group_id: 'theirs' }, { name: 'a', before: { ...first } });
    expect(typed.group_id).to.equal('theirs');
  });

  it('become a stream', () => {
    const sasl = { mechanism: 'plain', username: 'u', password: 'p' };
    const certificate_authority = '-----BEGIN CERTIFICATE-----\nx';
    const stream = ecc6x.stream(
      configOf({ sasl, tls: true, certificate_authority, results_topic: 'results', start_from: 'latest' }),
    );
    expect(stream).to.deep.include({
      kafka: { brokers: ['127.0.0.1:9092'], tls: { ca: certificate_authority }, sasl },
      ...{ groupId: 'cqa-test', topic: 'interactions', startFrom: 'latest', resultsTopic: 'results' },
    });
    expect(stream.fieldsOf(Buffer.from('{"id":"a"}'))).to.have.property('external_interaction_id', 'a');
    expect(ecc6x.stream(configOf()).kafka).to.deep.equal({ brokers: ['127.0.0.1:9092'] });
  });
});
