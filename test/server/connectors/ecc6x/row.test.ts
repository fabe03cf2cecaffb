import { expect } from 'chai';
import { EventMapper } from '../../../../server/connectors/ecc6x/row.ts';
import { RowRejected } from '../../../../server/rows/validate/fields.ts';
import type { RowCode } from '../../../../shared/interaction.ts';
import { configOf, interaction } from './events.ts';

type Json = Record<string, unknown>;

function read(event: unknown, more: Json = {}): Json | undefined {
  const value = Buffer.isBuffer(event) ? event : Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  return new EventMapper(configOf(more)).read(value);
}

function rejected(event: unknown, code: RowCode, more: Json = {}): string {
  try {
    read(event, more);
  } catch (thrown) {
    if (!(thrown instanceof RowRejected)) throw thrown;
    expect(thrown.problem.code, thrown.problem.reason).to.equal(code);
    return thrown.problem.reason;
  }
  throw new Error(`it was taken, although ${code} was expected`);
}

describe('an event of ECC 6x', () => {
  it('becomes canonical fields and metadata by the usual paths', () => {
    expect(read(interaction())).to.deep.equal({
      external_interaction_id: 'int-1',
      channel_type: 'VOICE',
      interaction_start_time: '2026-11-20T10:30:00.000Z',
      duration_seconds: '184',
      audio_url: '/data-engine/v1/voice-logs/int-1#at=2026-11-20T10:30:00.000Z',
      metadata: {
        agent_id: 'u-12',
        agent_name: 'ravi',
        customer_id: 'cust-7',
        customer_name: 'Asha',
        customer_contact: '+919812345678',
        contact_center_id: 3,
        process_id: 9,
        campaign_id: 41,
        campaign: 'Renewals',
        queue: 'hindi',
        disposition: 'sold',
        direction: 'inbound',
        status: 'disposed',
        media_id: 'm-1',
        did: '+918045671234',
      },
    });
  });

  it('leaves out what it does not have, has empty or as null', () => {
    const row = read({ id: 'a', channel_name: null, channel_data: null, status: '  ' });
    expect(row).to.deep.equal({ external_interaction_id: 'a', channel_type: 'VOICE', metadata: {} });
  });

  it('may be in our own names instead, metadata included', () => {
    const own = {
      external_interaction_id: 'x',
      channel_type: 'CHAT',
      transcript_text: 'Agent: hi',
      metadata: { team: 'a', parts: [1] },
    };
    expect(read(own)).to.deep.equal({ ...own, metadata: { team: 'a' } });
    expect(read({ ...own, id: 'mapped' })?.external_interaction_id).to.equal('mapped');
    expect(read({ id: 'a', source: { system: 'ecc' }, language: ['hi'] })).to.not.have.any.keys('source', 'language');
  });

  it('is read by paths of its own, list indexes and whole objects of metadata among them', () => {
    const field_map = {
      external_interaction_id: 'payload.call.id',
      audio_url: 'payload.legs[1].url',
      Team: 'payload.legs.0.team',
      metadata: 'payload.info',
    };
    const payload = { call: { id: 'c1' }, legs: [{ team: 'a' }, { url: 'b.wav' }], info: { Policy: 'P', more: {} } };
    expect(read({ payload }, { field_map })).to.deep.equal({
      external_interaction_id: 'c1',
      channel_type: 'VOICE',
      audio_url: 'b.wav',
      metadata: { Policy: 'P', team: 'a' },
    });
    expect(read({ 'payload.call.id': 'flat' }, { field_map })?.external_interaction_id).to.equal('flat');
  });

  it('gets fixed values for what it leaves empty, and only then', () => {
    const defaults = { channel_type: 'CHAT', language: 'hi', team: 'north' };
    expect(read({ id: 'a' }, { defaults })).to.deep.equal({
      external_interaction_id: 'a',
      channel_type: 'CHAT',
      language: 'hi',
      metadata: { team: 'north' },
    });
    expect(read({ id: 'a', channel_name: 'Email' }, { defaults })?.channel_type).to.equal('EMAIL');
    expect(read({ id: 'a' }, { defaults: {} })).to.not.have.property('channel_type');
  });

  it('keeps ids that are numbers digit by digit', () => {
    const ids = ['9007199254740993', '9007199254740992', '123456789012345678901234567890', '7'];
    for (const id of ids) {
      const text = `{"id": ${id}, "note": "1234567890123456 \\" 9007199254740993", "ratio": 0.12345678901234567}`;
      expect(read(text)?.external_interaction_id).to.equal(id);
    }
  });

  it('keeps a number that a double would round as the text that it is written as, wherever it stands', () => {
    const numbers = [
      '1e999',
      '-1e999',
      '1e-400',
      '1.2345678901234567890e19',
      '1234567890.123456789',
      '0.30000000000000000001',
    ];
    for (const number of numbers) {
      const row = read(`{"note": "a\\" : 1e9", "agent": [${number}],"id":${number} , "status":\t${number}}`, {
        field_map: { external_interaction_id: 'id', status: 'status', agent: 'agent[0]' },
      });
      expect(row, number).to.deep.include({
        external_interaction_id: number,
        metadata: { agent: number, status: number },
      });
    }
  });

  it('has numbers as they are where a double holds them, however they are written', () => {
    const numbers = {
      '1.50': 1.5,
      '15e-1': 1.5,
      '1e3': 1000,
      '0E0': 0,
      '100.000000000000000': 100,
      '-0.0': -0,
      '9007199254740991.0': 2 ** 53 - 1,
    };
    for (const [text, number] of Object.entries(numbers))
      expect(read(`{"id":"a","status":${text}}`)?.metadata, text).to.deep.equal({ status: number });
  });

  it('is left out by the filter unless its value is one of those that are wanted', () => {
    const filter = { path: 'channel_data.state', values: ['closed', 'Disposed'] };
    const ofState = (state: unknown) => read(interaction({}, { state }), { filter });
    expect(ofState('closed')).to.have.property('external_interaction_id', 'int-1');
    expect(ofState('DISPOSED')).to.be.an('object');
    for (const other of ['open', null, undefined, {}, ['closed']])
      expect(ofState(other), String(other)).to.equal(undefined);
    expect(read({ id: 'a', open: false }, { filter: { path: 'open', values: ['false'] } })).to.be.an('object');
  });

  it('is rejected with a reason where it is no JSON object', () => {
    expect(rejected('{"id": ', 'bad_json')).to.match(/not valid JSON/);
    expect(rejected('', 'bad_json')).to.match(/empty/);
    expect(rejected('[{"id": "a"}]', 'bad_json')).to.match(/a list/);
    expect(rejected('"text"', 'bad_json')).to.match(/the text "text"/);
    expect(rejected('null', 'bad_json')).to.match(/null/);
    expect(rejected(Buffer.from([0x7b, 0xff, 0xfe]), 'bad_encoding')).to.match(/UTF-8/);
    expect(rejected(Buffer.from([0, 0, 0, 0, 1, 2, 3]), 'bad_json')).to.match(/Avro/);
  });

  it('is read where a byte order mark or the prefix of a schema registry stands before it', () => {
    expect(read('\ufeff{"id":"a"}')).to.have.property('external_interaction_id', 'a');
    const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), Buffer.from('{"id":"a"}')]);
    expect(read(framed)).to.have.property('external_interaction_id', 'a');
  });

  it('is rejected where a mapped path leads to an object or a list, and says which', () => {
    expect(rejected(interaction({ id: { value: 1 } }), 'bad_value')).to.match(
      /external_interaction_id.*"id" leads to an object/,
    );
    expect(rejected(interaction({ status: ['a'] }), 'bad_value')).to.match(/status.*a list.*"status\[0\]"/);
    expect(
      rejected({ id: 'a', info: 'text' }, 'bad_value', {
        field_map: { external_interaction_id: 'id', metadata: 'info' },
      }),
    ).to.match(/metadata.*"info" leads to the text "text"/);
  });

  it('cannot reach what is not its own: prototypes, methods and lengths', () => {
    for (const path of ['constructor', 'constructor.name', '__proto__.x', 'toString', 'list.length', 'id.length']) {
      const row = read('{"id": "a", "list": [1], "o": {}}', {
        field_map: { external_interaction_id: 'id', found: path },
      });
      expect(row, path).to.deep.equal({ external_interaction_id: 'a', channel_type: 'VOICE', metadata: {} });
    }
    const row = read('{"id": "a", "__proto__": {"x": "polluted"}, "metadata": {"__proto__": "b", "constructor": "c"}}');
    expect(Object.keys(row?.metadata as object).sort()).to.deep.equal(['__proto__', 'constructor']);
    expect(({} as Json).x).to.equal(undefined);
    expect(Object.getPrototypeOf(row?.metadata)).to.equal(Object.prototype);
  });

  it('may be deep or huge', () => {
    const depth = 200_000;
    const deep = `{"id": "a", "deep": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(read(deep)).to.have.property('external_interaction_id', 'a');
    const huge = JSON.stringify({
      id: 'a',
      text: '1234567890123456 \\" '.repeat(1_000_000),
      numbers: [9007199254740993n.toString()],
    });
    expect(read(huge)).to.have.property('external_interaction_id', 'a');
    const long = `1${'0'.repeat(1_000_000)}1`;
    expect(read(`{"id": ${long}, "status": 0.${long}}`)?.external_interaction_id).to.equal(long);
    expect(rejected('{'.repeat(1_000_000), 'bad_json')).to.have.length.lessThan(500);
  });
});

describe('the times of an event', () => {
  const startOf = (date_added: unknown, more: Json = {}) => read({ id: 'a', date_added }, more)?.interaction_start_time;

  it('are read as seconds, milliseconds, microseconds or nanoseconds since 1970 by their size', () => {
    const numbers = ['1795170600', '1795170600000', '1795170600000000', '1795170600000000000'];
    for (const text of numbers) {
      expect(startOf(text), text).to.equal('2026-11-20T10:30:00.000Z');
      expect(read(`{"id": "a", "date_added": ${text}}`)?.interaction_start_time, text).to.equal(
        '2026-11-20T10:30:00.000Z',
      );
    }
    for (const text of ['1.7951706E9', '1.7951706E12', '1.7951706E18', '1795170600.000000000'])
      expect(read(`{"id": "a", "date_added": ${text}}`)?.interaction_start_time, text).to.equal(
        '2026-11-20T10:30:00.000Z',
      );
    expect(startOf(1795170600.25)).to.equal('2026-11-20T10:30:00.250Z');
  });

  it('are in the zone of the settings where they name none, and stay as they are where they do', () => {
    expect(startOf('2026-11-20 14:40:00')).to.equal('2026-11-20T14:40:00+05:30');
    expect(startOf('2026-11-20T14:40:00.5', { timezone: 'America/New_York' })).to.equal('2026-11-20T14:40:00.5-05:00');
    expect(startOf('20261120144000')).to.equal('2026-11-20T14:40:00+05:30');
    for (const text of ['2026-11-20T14:40:00Z', '2026-11-20T14:40:00+0530', '20261120'])
      expect(startOf(text)).to.equal(text);
  });

  it('are left out where they are 0, and handed on to be rejected where they are no time', () => {
    for (const unset of [0, '0', 0.0, null, '']) expect(startOf(unset), String(unset)).to.equal(undefined);
    for (const wrong of ['yesterday', -5, 12, 1e25, true])
      expect(startOf(wrong), String(wrong)).to.equal(String(wrong));
  });
});

describe('the duration of an event', () => {
  const durationOf = (duration: unknown, more: Json = {}) =>
    read({ id: 'a', channel_data: { duration } }, more)?.duration_seconds;

  it('is whole seconds, however it is written', () => {
    expect(durationOf(12.6)).to.equal('13');
    expect(durationOf('184')).to.equal('184');
    expect(durationOf('01:02:03')).to.equal('3723');
    expect(durationOf('2:03')).to.equal('123');
    expect(durationOf(0)).to.equal('0');
    expect(durationOf(184_400, { duration_unit: 'milliseconds' })).to.equal('184');
  });

  it('is handed on to be rejected where it is none', () => {
    for (const wrong of ['long', -1]) expect(durationOf(wrong)).to.equal(String(wrong));
  });
});

describe('the recording of an event', () => {
  const recording_base_url = 'https://ecc.example.com/data-engine';
  const audioOf = (voice_log_url: unknown, more: Json = { recording_base_url }) =>
    read({ id: 'a', channel_data: { voice_log_url } }, more)?.audio_url;

  it('is kept as a path where it lies on the server of recordings, by whatever link', () => {
    expect(audioOf('v1/a.wav')).to.equal('v1/a.wav');
    expect(audioOf('https://ecc.example.com/v1/a.wav?part=2')).to.equal('/v1/a.wav?part=2');
    expect(audioOf('http://ecc.example.com/v1/a.wav')).to.equal('/v1/a.wav');
    expect(audioOf('a.wav; https://ecc.example.com/b.wav')).to.equal('a.wav; /b.wav');
  });

  it('is kept as its link where it lies elsewhere, or would be fetched without the TLS that it names', () => {
    for (const link of [
      'https://other.example.com/a.wav',
      'https://ecc.example.com:8443/a.wav',
      's3://bucket/a.wav',
      'https://u:p@ecc.example.com/a',
    ])
      expect(audioOf(link)).to.equal(link);
    const plain = { recording_base_url: 'http://ecc.example.com' };
    expect(audioOf('https://ecc.example.com/a.wav', plain)).to.equal('https://ecc.example.com/a.wav');
    expect(audioOf('https://ecc.example.com/a.wav', {})).to.equal('https://ecc.example.com/a.wav');
  });
});
