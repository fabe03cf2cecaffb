import { z } from 'zod';
import { limits } from '../../../shared/interaction.ts';
import { contentLinksPattern, isContentLink, isWebLink, webLinkPattern } from '../../../shared/link.ts';
import { referencesIn } from '../../rows/references.ts';
import { hasAtMost } from '../../rows/validate/fields.ts';

const timePattern =
  /^\s*(?:[1-9]\d{3}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])(?:[Tt ](?:[01]\d|2[0-3]):?[0-5]\d(?::?[0-5]\d(?:[.,]\d{1,9})?)?)?\s*(?:[Zz]|[+-](?:0\d|1[0-8])(?::?[0-5]\d)?)?)?\s*$/;

const externalId = z
  .string('external_interaction_id is missing; give the id that the conversation has in your system')
  .regex(/\S/, 'external_interaction_id is empty; give the id that the conversation has in your system')
  .regex(/^(?!\.{1,2}$)/, `external_interaction_id must not be "." or "..": no address can name it`)
  .max(limits.externalIdBytes, tooLong('external_interaction_id', limits.externalIdBytes, 'bytes'))
  .refine(
    (id) => hasAtMost(id, limits.externalIdBytes),
    tooLong('external_interaction_id', limits.externalIdBytes, 'bytes of UTF-8'),
  )
  .meta({
    description:
      'Your id of the conversation, unique within the account and compared byte by byte; 255 bytes of UTF-8 at most. A second interaction with the same id is refused with `DUPLICATE`.',
    example: 'genesys-2026-11-20-0001',
  });

const channelType = z
  .string('channel_type is missing; it is VOICE, CHAT, EMAIL, SMS, WHATSAPP or a word of yours')
  .regex(/\S/, 'channel_type is empty; it is VOICE, CHAT, EMAIL, SMS, WHATSAPP or a word of yours')
  .max(limits.channelTypeLength, tooLong('channel_type', limits.channelTypeLength))
  .meta({
    description: 'VOICE, CHAT, EMAIL, SMS and WHATSAPP are known; any other word is accepted.',
    example: 'VOICE',
  });

const startTime = z
  .string('interaction_start_time must be a text')
  .regex(timePattern, 'interaction_start_time must be a date and time such as 2026-11-20T09:15:00+05:30')
  .meta({
    description:
      "When the conversation began, ISO-8601. Without an offset the time is in the account's time zone; without any time the interaction counts as of the moment it came.",
    example: '2026-11-20T09:15:00+05:30',
  });

const durationSeconds = z
  .int('duration_seconds must be a whole number of seconds')
  .min(0, 'duration_seconds must not be negative')
  .max(limits.durationSeconds, `duration_seconds must not exceed ${limits.durationSeconds}`)
  .meta({ description: 'How long the conversation took, in whole seconds.', example: 312 });

const callbackUrl = z
  .string('callback_url must be a text')
  .regex(webLinkPattern, 'callback_url must be an http or https address')
  .max(2048, tooLong('callback_url', 2048))
  .refine((text) => referencesIn(text).every(isWebLink), 'callback_url must be an http or https address')
  .meta({
    description: 'Where the account wants to be told what becomes of this interaction (see Webhooks).',
    example: 'https://middleware.example.com/cqa-events',
  });

const transcriptText = z.string('transcript_text must be a text').meta({
  description:
    'The transcript itself, 102,400 bytes of UTF-8 at most; a line for each turn, such as `Agent: Good morning.` It is ignored, whatever its length, when `transcript_url` is given too.',
  example: 'Agent: Good morning.\nCustomer: My order has not come.',
});

const scalar = 'must be a string, a number or a boolean';

const losesDigits = `is a number that loses digits (beyond ${Number.MAX_SAFE_INTEGER.toLocaleString('en')}); write it in quotes`;

/** A whole number that JSON cannot give exactly would be stored as another one. */
export const metadataValue = z.union([
  z.string(scalar),
  z.number(scalar).min(Number.MIN_SAFE_INTEGER, losesDigits).max(Number.MAX_SAFE_INTEGER, losesDigits),
  z.boolean(scalar),
]);

const metadata = z
  .record(z.string(), metadataValue, 'metadata must be an object of strings, numbers and booleans')
  .refine(hasFewKeys, `metadata must not exceed ${limits.metadataKeys} keys`)
  .refine(isWellFormed, 'metadata holds half of a character (a lone UTF-16 surrogate)')
  .meta({
    description: 'What else is known of the conversation: 50 keys at most; values are strings, numbers or booleans.',
    example: { agent_name: 'Asha', queue: 'Orders', priority: 2, is_vip: false },
    maxProperties: limits.metadataKeys,
  });

/** Fields that an interaction has whichever way it comes. Null is as if the field were not there. */
export const interactionFields = {
  external_interaction_id: externalId,
  channel_type: channelType,
  source: optionalText('source', limits.sourceLength, 'The system that the conversation comes from.', 'my-pbx'),
  language: optionalText('language', limits.languageLength, 'The language spoken, such as `en` or `hi`.', 'en'),
  interaction_start_time: startTime.nullish(),
  duration_seconds: durationSeconds.nullish(),
  audio_format: optionalText('audio_format', limits.audioFormatLength, 'A hint, such as WAV, MP3 or OGG.', 'WAV'),
  callback_url: callbackUrl.nullish(),
  pii_redacted: z
    .boolean('pii_redacted must be true or false')
    .nullish()
    .meta({ description: 'True where personal data are redacted already. Absent: false.', example: false }),
  metadata: metadata.nullish(),
};

const content = {
  audio_url: contentUrl('audio_url', 'The recording', 'https://recordings.example.com/2026/0001.wav'),
  transcript_url: contentUrl('transcript_url', 'The transcript', 'https://recordings.example.com/2026/0001.vtt'),
  transcript_text: transcriptText.nullish(),
};

const contentNames = ['audio_url', 'transcript_url', 'transcript_text'] as const;

/** One interaction as it is posted, alone or in a batch. */
export const interactionItemSchema = z
  .strictObject({ ...interactionFields, ...content })
  .refine((item) => contentNames.some((name) => isGiven(item[name])), {
    path: ['audio_url'],
    message: 'one of audio_url, transcript_url and transcript_text is needed',
  })
  .refine(({ transcript_url, transcript_text }) => isGiven(transcript_url) || !isTranscriptTooLong(transcript_text), {
    path: ['transcript_text'],
    message: tooLong('transcript_text', limits.transcriptBytes, 'bytes of UTF-8'),
  })
  .meta({
    description: 'One conversation. At least one of `audio_url`, `transcript_url` and `transcript_text` is needed.',
    anyOf: contentNames.map((name) => ({
      required: [name],
      properties: { [name]: { type: 'string', pattern: '\\S' } },
    })),
    // Nothing in it has to be fetched, so that it can be tried as it stands.
    example: {
      external_interaction_id: 'genesys-2026-11-20-0001',
      channel_type: 'VOICE',
      source: 'my-pbx',
      interaction_start_time: '2026-11-20T09:15:00+05:30',
      transcript_text: 'Agent: Good morning.\nCustomer: My order has not come.',
      metadata: { agent_name: 'Asha', queue: 'Orders' },
    },
  });
export type InteractionItem = z.output<typeof interactionItemSchema>;

/** Whether a transcript is longer than the contract allows, by its bytes in UTF-8. */
export function isTranscriptTooLong(text: unknown): boolean {
  return typeof text === 'string' && !hasAtMost(text, limits.transcriptBytes);
}

/** Empty texts are as if the field were not there. */
export function isGiven(value: unknown): boolean {
  return typeof value === 'string' && /\S/.test(value);
}

function optionalText(name: string, maxLength: number, description: string, example: string) {
  return z
    .string(`${name} must be a text`)
    .max(maxLength, tooLong(name, maxLength))
    .nullish()
    .meta({ description, example });
}

function contentUrl(name: string, what: string, example: string) {
  return z
    .string(`${name} must be a text`)
    .regex(contentLinksPattern, `${name} must be an http, https or s3 address; several are separated by semicolons`)
    .max(limits.urlBytes, tooLong(name, limits.urlBytes))
    .refine(
      (text) => hasAtMost(text, limits.urlBytes) && referencesIn(text).every(isContentLink),
      `${name} must be an http, https or s3 address`,
    )
    .nullish()
    .meta({
      description: `${what} at an http, https or s3 address; several are separated by semicolons. It is fetched after the answer.`,
      example,
    });
}

function tooLong(name: string, most: number, unit = 'characters'): string {
  return `${name} must not exceed ${most.toLocaleString('en')} ${unit}`;
}

function hasFewKeys(record: Record<string, unknown>): boolean {
  return Object.keys(record).length <= limits.metadataKeys;
}

/** Half of a pair of surrogates is no character: what gives it back would be no JSON. */
function isWellFormed(record: Record<string, unknown>): boolean {
  return Object.entries(record).every((pair) =>
    pair.every((text) => typeof text !== 'string' || !/\p{Surrogate}/u.test(text)),
  );
}
