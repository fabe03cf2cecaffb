import { expect } from 'chai';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { interactionOf } from '../../../../server/pipeline/receive/item.ts';
import { interactionItemSchema } from '../../../../server/pipeline/receive/item-schema.ts';
import { loadText } from '../../../../server/pipeline/store/load-text.ts';

const india = { timezone: 'Asia/Kolkata' };

const text = (maxLength: number) => fc.option(fc.string({ maxLength, unit: 'binary' }).filter(isWhole));
const url = fc.option(fc.webUrl().filter((address) => !address.includes(';')));
const items = fc
  .record({
    external_interaction_id: fc
      .string({ minLength: 1, maxLength: 60 })
      .filter((id) => /\S/.test(id) && !/^\.{1,2}$/.test(id)),
    channel_type: fc.string({ minLength: 1, maxLength: 32 }).filter((type) => /\S/.test(type)),
    source: text(191),
    language: text(32),
    interaction_start_time: fc.option(
      fc
        .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString()),
    ),
    duration_seconds: fc.option(fc.nat()),
    audio_format: text(32),
    callback_url: url,
    pii_redacted: fc.option(fc.boolean()),
    audio_url: url,
    transcript_url: url,
    transcript_text: text(1000),
    metadata: fc.option(
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.oneof(fc.string(), fc.integer(), fc.boolean()),
        { maxKeys: 50 },
      ),
    ),
  })
  .map((item) => ({ ...item, audio_url: item.audio_url ?? 'https://example.com/a.wav' }));

describe('an item as an interaction', () => {
  it('keeps what was sent, whatever it is: ids as they stand, texts trimmed, empty ones absent, metadata in order', () => {
    fc.assert(
      fc.property(items, (item) => {
        const read = interactionOf(interactionItemSchema.parse(item), india);
        expect(read.externalId).to.equal(item.external_interaction_id);
        expect(read.channelType).to.equal(item.channel_type.trim());
        expect(read.source).to.equal(item.source?.trim() || null);
        expect(read.startTimeMs).to.equal(
          item.interaction_start_time === null ? null : Date.parse(item.interaction_start_time),
        );
        expect(read.durationSeconds).to.equal(item.duration_seconds);
        expect(read.piiRedacted).to.equal(item.pii_redacted ?? false);
        expect(read.metadata).to.equal(JSON.stringify(item.metadata ?? {}));
        const hasOwnText = item.transcript_url === null && (item.transcript_text ?? '').trim() !== '';
        expect(read.transcriptText).to.equal(hasOwnText ? item.transcript_text : null);
        expect(loadText(read).split('\t')).to.have.length(13);
      }),
      { numRuns: 500 },
    );
  });

  it("reads a time without an offset in the account's zone, and refuses a day that is in no calendar", () => {
    const at = (interaction_start_time: string) =>
      interactionOf(
        interactionItemSchema.parse({
          external_interaction_id: 'a',
          channel_type: 'CHAT',
          transcript_text: 'x',
          interaction_start_time,
        }),
        india,
      ).startTimeMs;
    expect(at('2026-11-20T09:15:00')).to.equal(DateTime.fromISO('2026-11-20T09:15:00+05:30').toMillis());
    expect(at('2026-11-20t09:15:00z')).to.equal(Date.UTC(2026, 10, 20, 9, 15));
    expect(at('2026-11-20')).to.equal(DateTime.fromISO('2026-11-20T00:00:00+05:30').toMillis());
    expect(() => at('2026-02-30T09:15:00Z')).to.throw('interaction_start_time is "2026-02-30T09:15:00Z"');
  });
});

/** JSON bodies hold whole characters. */
function isWhole(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}
