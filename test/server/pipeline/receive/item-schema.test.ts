import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { z } from 'zod';
import { validate } from '../../../../server/api/validate.ts';
import { interactionItemSchema } from '../../../../server/pipeline/receive/item-schema.ts';
import type { AppError } from '../../../../shared/error.ts';

const good = { external_interaction_id: 'a-1', channel_type: 'VOICE', audio_url: 'https://example.com/a.wav' };
const accepts = new Ajv2020({ strict: false }).compile(z.toJSONSchema(interactionItemSchema, { io: 'input' }));

/** What is wrong, the field that is said to be wrong, and the words; by the document too, where it can say so. */
const bad: [string, unknown, field: string, words: RegExp, { byDocument?: boolean }?][] = [
  ['no id', { ...good, external_interaction_id: undefined }, 'external_interaction_id', /is missing/],
  ['a blank id', { ...good, external_interaction_id: '  ' }, 'external_interaction_id', /is empty/],
  [
    'an id of 256 characters',
    { ...good, external_interaction_id: 'x'.repeat(256) },
    'external_interaction_id',
    /255 bytes/,
  ],
  [
    'an id of 256 bytes',
    { ...good, external_interaction_id: 'é'.repeat(128) },
    'external_interaction_id',
    /255 bytes/,
    { byDocument: false },
  ],
  [
    'a number in metadata that loses digits',
    { ...good, metadata: { ucid: -(2 ** 53) } },
    'metadata.ucid',
    /^metadata\.ucid .*loses digits.*in quotes$/,
  ],
  ['. as id', { ...good, external_interaction_id: '.' }, 'external_interaction_id', /no address can name/],
  ['.. as id', { ...good, external_interaction_id: '..' }, 'external_interaction_id', /no address can name/],
  [
    'half of a character in metadata',
    { ...good, metadata: { a: 'x\ud800y' } },
    'metadata',
    /half of a character/,
    { byDocument: false },
  ],
  [
    'half of a character as a key of metadata',
    { ...good, metadata: { '\udc00': 1 } },
    'metadata',
    /half of a character/,
    { byDocument: false },
  ],
  ['a number as id', { ...good, external_interaction_id: 5 }, 'external_interaction_id', /is missing/],
  ['no channel', { ...good, channel_type: '' }, 'channel_type', /is empty/],
  [
    'no content',
    { ...good, audio_url: null },
    'audio_url',
    /one of audio_url, transcript_url and transcript_text is needed/,
  ],
  ['empty content', { ...good, audio_url: '', transcript_text: ' ' }, 'audio_url', /one of audio_url/],
  ['a file link', { ...good, audio_url: 'file:///etc/passwd' }, 'audio_url', /http, https or s3/],
  ['a path', { ...good, audio_url: 'a.wav' }, 'audio_url', /http, https or s3/],
  [
    'one bad link of two',
    { ...good, audio_url: 'https://a.example/1;ftp://b.example/2' },
    'audio_url',
    /http, https or s3/,
  ],
  ['a callback over s3', { ...good, callback_url: 's3://bucket/key' }, 'callback_url', /http or https/],
  ['half a second', { ...good, duration_seconds: 0.5 }, 'duration_seconds', /whole number/],
  ['a negative duration', { ...good, duration_seconds: -1 }, 'duration_seconds', /negative/],
  ['a word for a time', { ...good, interaction_start_time: 'yesterday' }, 'interaction_start_time', /such as 2026/],
  ['a word for a truth', { ...good, pii_redacted: 'yes' }, 'pii_redacted', /true or false/],
  [
    '102,401 bytes',
    { ...good, transcript_text: 'x'.repeat(102_401) },
    'transcript_text',
    /must not exceed 102,400 bytes/,
    { byDocument: false },
  ],
  ['51 keys', { ...good, metadata: keys(51) }, 'metadata', /^metadata must not exceed 50 keys$/],
  ['30,000 keys', { ...good, metadata: keys(30_000) }, 'metadata', /^metadata must not exceed 50 keys$/],
  [
    'nested metadata',
    { ...good, metadata: { deep: { er: 1 } } },
    'metadata.deep',
    /^metadata\.deep must be a string, a number or a boolean$/,
  ],
  ['null metadata', { ...good, metadata: { none: null } }, 'metadata.none', /metadata\.none/],
  ['a list as metadata', { ...good, metadata: [] }, 'metadata', /metadata must be an object/],
  ['an unknown field', { ...good, audio_ur: 'x' }, 'audio_ur', /did you mean audio_url/],
  ['a list', [], 'body', /./],
  ['nothing', null, 'body', /./],
];

describe('the schema of an interaction', () => {
  for (const [what, item, field, words, { byDocument = true } = {}] of bad)
    it(`refuses ${what} by name, and so does the document${byDocument ? '' : ' not, because it counts characters'}`, () => {
      expect(() => validate(interactionItemSchema, item))
        .to.throw(words)
        .with.property('field', field);
      expect(accepts(JSON.parse(JSON.stringify(item)))).to.equal(!byDocument);
    });

  const taken: [string, object][] = [
    ['the least', good],
    ['null for what is absent', { ...good, source: null, metadata: null, duration_seconds: null, callback_url: null }],
    ['several links', { ...good, audio_url: 'https://a.example/1.wav ; s3://bucket/2.wav;' }],
    ['50 keys', { ...good, metadata: keys(50) }],
    ['102,400 bytes', { ...good, transcript_text: 'é'.repeat(51_200) }],
    [
      'a longer transcript beside a link, which is ignored',
      { ...good, transcript_url: 'https://a.example/t', transcript_text: 'x'.repeat(200_000) },
    ],
    ['a local time', { ...good, interaction_start_time: '2026-11-20 09:15' }],
    ['a time in small letters', { ...good, interaction_start_time: '2026-11-20t09:15:00z' }],
    ['an id that begins with dots', { ...good, external_interaction_id: '..a' }],
    ['an id of three dots', { ...good, external_interaction_id: '...' }],
    ['another channel', { ...good, channel_type: 'CARRIER_PIGEON' }],
  ];
  for (const [what, item] of taken)
    it(`takes ${what}, and so does the document`, () => {
      expect(() => validate(interactionItemSchema, item)).not.to.throw();
      expect(accepts(item), JSON.stringify(accepts.errors)).to.equal(true);
    });

  it('names all that is wrong at once', () => {
    try {
      validate(interactionItemSchema, { external_interaction_id: 'x', duration_seconds: 'long' });
      expect.fail('it was accepted');
    } catch (thrown) {
      expect((thrown as AppError).message).to.match(/channel_type is missing.*duration_seconds must be/);
    }
  });
});

function keys(n: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: n }, (_, index) => [`key_${index}`, index]));
}
