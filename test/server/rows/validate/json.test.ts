import { expect } from 'chai';
import fc from 'fast-check';
import { JsonValidator } from '../../../../server/rows/validate/json.ts';
import type { ReadingOptions } from '../../../../server/rows/validate/reader.ts';
import { isProblem } from '../../../../server/rows/validate/validate.ts';

const minimal = { external_interaction_id: 'C-1', channel_type: 'CHAT', transcript_text: 'Agent: hello' };

function read(row: unknown, options: ReadingOptions = {}) {
  const line = typeof row === 'string' ? row : JSON.stringify(row);
  return new JsonValidator('Asia/Kolkata', options).validate(line);
}

function good(row: unknown, options: ReadingOptions = {}) {
  const outcome = read(row, options);
  if (isProblem(outcome)) throw new Error(outcome.reason);
  return outcome;
}

function problem(row: unknown, options: ReadingOptions = {}) {
  const outcome = read(row, options);
  if (!isProblem(outcome)) throw new Error('was accepted');
  return outcome;
}

describe('a row of NDJSON', () => {
  it('has canonical fields, numbers and booleans as such or as text, and times in the account’s zone', () => {
    const typed = good({
      ...minimal,
      duration_seconds: 12,
      pii_redacted: true,
      interaction_start_time: '2026-11-03T09:15:00',
    });
    const texts = good({
      ...minimal,
      duration_seconds: '12',
      pii_redacted: 'true',
      interaction_start_time: '2026-11-03T03:45:00Z',
    });
    expect(typed).to.deep.equal(texts);
    expect(typed).to.include({ durationSeconds: 12, piiRedacted: true, startTimeMs: Date.UTC(2026, 10, 3, 3, 45) });
  });

  it('takes null and empty values for absent ones', () => {
    const row = good({ ...minimal, source: null, language: ' ', duration_seconds: null, queue: null, note: '' });
    expect(row).to.include({ source: null, language: null, durationSeconds: null, metadata: '{}' });
  });

  it('makes metadata of every other key, typed, in order of key, merged with its metadata object', () => {
    const row = good({ ...minimal, Zone: 'N', vip: true, score: 1.5, metadata: { Agent: 'Asha', vip: false } });
    expect(row.metadata).to.equal('{"Agent":"Asha","score":1.5,"vip":true,"zone":"N"}');
  });

  it('uses the defaults where it leaves values empty; its own win', () => {
    const defaults = { source: 'pbx', callbackUrl: 'https://a.example/x', piiRedacted: true, metadata: { a: 1, b: 2 } };
    expect(good({ ...minimal, b: 3, a: '' }, { defaults })).to.include({
      source: 'pbx',
      callbackUrl: 'https://a.example/x',
      piiRedacted: true,
      metadata: '{"a":1,"b":3}',
    });
    expect(good({ ...minimal, source: 'x', pii_redacted: false }, { defaults })).to.include({
      source: 'x',
      piiRedacted: false,
    });
  });

  it('has the same metadata text in whatever order its keys stand', () => {
    const inOrder = { 7: 'x', a: 'é"', b: 1.5, c: true };
    const text = '{"7":"x","a":"é\\"","b":1.5,"c":true}';
    expect(good({ ...minimal, metadata: inOrder }).metadata).to.equal(text);
    expect(good({ ...minimal, metadata: { c: true, b: 1.5, a: 'é"', 7: 'x', d: ' ', e: null } }).metadata).to.equal(
      text,
    );
    expect(good({ ...minimal, metadata: { 7: 'x', c: true }, A: 'é"', b: 1.5 }).metadata).to.equal(text);
    expect(good({ ...minimal, metadata: { 10: 1, 9: 2 } }).metadata).to.equal('{"10":1,"9":2}');
  });

  it('cannot be called . or .., which no address can name', () => {
    for (const id of ['.', '..'])
      expect(problem({ ...minimal, external_interaction_id: id })).to.include({
        code: 'bad_value',
        column: 'external_interaction_id',
      });
  });

  it('cannot reach the prototype of anything', () => {
    expect(
      good('{"external_interaction_id":"1","channel_type":"x","transcript_text":"t","__proto__":"p","constructor":"c"}')
        .metadata,
    ).to.equal('{"__proto__":"p","constructor":"c"}');
  });

  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
  const problems: [string, unknown, string, string | undefined, RegExp][] = [
    ['is no JSON', '{"a":', 'bad_json', undefined, /not valid JSON/],
    ['is a list', '[1]', 'bad_json', undefined, /a list/],
    ['is a number', '7', 'bad_json', undefined, /the number "7"/],
    [
      'has a number that loses digits',
      '{"external_interaction_id":"C-1","channel_type":"CHAT","transcript_text":"hi","ucid":12345678901234567890}',
      'bad_value',
      'ucid',
      /"ucid".*loses digits.*in quotes/,
    ],
    [
      'has a number that loses digits in its metadata object',
      { ...minimal, metadata: { ucid: -(2 ** 53) } },
      'bad_value',
      'ucid',
      /"ucid".*loses digits.*in quotes/,
    ],
    ['nests metadata', { ...minimal, tags: ['a'] }, 'bad_value', 'tags', /"tags" is a list/],
    ['nests its metadata object', { ...minimal, metadata: { a: { b: 1 } } }, 'bad_value', 'a', /"a" is an object/],
    ['has no object as metadata', { ...minimal, metadata: 'x' }, 'bad_value', 'metadata', /must be an object/],
    [
      'has a number as its id',
      { ...minimal, external_interaction_id: 42 },
      'bad_value',
      'external_interaction_id',
      /text in quotes/,
    ],
    [
      'has half a character in its id',
      `{"external_interaction_id":"\\ud800","channel_type":"x"}`,
      'bad_value',
      'external_interaction_id',
      /surrogate/,
    ],
    ['has no id', { channel_type: 'CHAT' }, 'missing_field', 'external_interaction_id', /empty/],
    ['has a broken number', { ...minimal, duration_seconds: 1.5 }, 'bad_number', 'duration_seconds', /1\.5/],
    ['has a broken truth', { ...minimal, pii_redacted: 'maybe' }, 'bad_boolean', 'pii_redacted', /true or false/],
    [
      'has a broken time',
      { ...minimal, interaction_start_time: 'today' },
      'bad_time',
      'interaction_start_time',
      /today/,
    ],
    ['names a key twice', { ...minimal, Agent: 'a', agent: 'b' }, 'bad_value', 'agent', /twice/],
    ['names a key twice, neither as it is kept', { ...minimal, AGENT: 'a', Agent: 'b' }, 'bad_value', 'agent', /twice/],
    [
      'has 51 keys in its object',
      { ...minimal, metadata: keys(51) },
      'too_many_metadata_keys',
      undefined,
      /51 metadata/,
    ],
    ['has 51 keys', { ...minimal, ...keys(51) }, 'too_many_metadata_keys', undefined, /51 metadata values/],
    [
      'has a number too large',
      `{"external_interaction_id":"1","channel_type":"x","n":1e999}`,
      'bad_value',
      'n',
      /number/,
    ],
  ];
  for (const [what, row, code, column, words] of problems)
    it(`that ${what} is rejected as ${code}`, () => {
      const { reason, ...rest } = problem(row);
      expect(rest).to.deep.equal(column === undefined ? { code } : { code, column });
      expect(reason).to.match(words);
    });

  it('has 50 keys at most in sum with the defaults', () => {
    const defaults = { metadata: keys(30) };
    expect(
      problem(
        { ...minimal, ...Object.fromEntries(Object.entries(keys(21)).map(([k, v]) => [`x${k}`, v])) },
        { defaults },
      ).code,
    ).to.equal('too_many_metadata_keys');
    good({ ...minimal, ...keys(50) }, { defaults });
  });

  it('names links alone where there is nothing else to name', () => {
    const linksOnly = true;
    for (const audio_url of ['audio/1.wav', 'ftp://host/a.wav', 'https://', 'https://a.example/1.wav;b.wav'])
      expect(problem({ ...minimal, audio_url }, { linksOnly }).column, audio_url).to.equal('audio_url');
    good({ ...minimal, audio_url: 'https://a.example/1.wav; s3://bucket/2.wav' }, { linksOnly });
    expect(problem({ ...minimal, callback_url: 's3://b/k' }, { linksOnly }).column).to.equal('callback_url');
    good({ ...minimal, audio_url: 'audio/1.wav' });
  });

  it('never throws, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.json(), fc.dictionary(fc.string(), fc.jsonValue()), (json, extra) => {
        read(json);
        const outcome = read(JSON.stringify({ ...minimal, ...extra }));
        if (!isProblem(outcome)) JSON.parse(outcome.metadata);
      }),
    );
  });
});
