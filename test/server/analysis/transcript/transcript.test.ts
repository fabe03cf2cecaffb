import { expect } from 'chai';
import fc from 'fast-check';
import { lengthSeconds, parseTranscript } from '../../../../server/analysis/transcript/parse.ts';
import { compilePhrase, findPhrase } from '../../../../server/analysis/transcript/phrase.ts';
import { search } from '../../../../server/analysis/transcript/search.ts';
import { tokensOf } from '../../../../server/analysis/transcript/tokens.ts';
import { truthOf } from '../samples.ts';

describe('parseTranscript', () => {
  it('reads one turn a line with its time and role, each of which may be missing', () => {
    const text =
      '[00:01] Agent: Hello.\r\n\r\ncustomer : Hi: there\n[1:02:03.5] AGENT:Bye\nBot: welcome\n[00:09] music';
    expect(parseTranscript(text)).to.deep.equal([
      { role: 'agent', text: 'Hello.', start_seconds: 1 },
      { role: 'customer', text: 'Hi: there', start_seconds: null },
      { role: 'agent', text: 'Bye', start_seconds: 3723.5 },
      { role: null, text: 'Bot: welcome', start_seconds: null },
      { role: null, text: 'music', start_seconds: 9 },
    ]);
  });

  it('reads the transcripts of the demo calls as they were built', () => {
    const truth = truthOf('clean.wav');
    const turns = parseTranscript(truth.transcript_text);
    expect(turns.map(({ role, text }) => ({ role, text }))).to.deep.equal(
      truth.turns.map(({ role, text }) => ({ role, text })),
    );
  });

  it('takes any text without failing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseTranscript(text).length >= 0));
  });

  it("takes the recording's length, else the last turn's time", () => {
    const turns = parseTranscript('[00:05] Agent: a\n[01:00] Agent: b\nAgent: c');
    expect(lengthSeconds(turns, 90)).to.equal(90);
    expect(lengthSeconds(turns, null)).to.equal(60);
    expect(lengthSeconds(parseTranscript('Agent: a'), null)).to.equal(null);
  });
});

describe('phrases', () => {
  const has = (text: string, phrase: string, match: 'exact' | 'pattern' = 'exact') =>
    findPhrase(tokensOf(text), compilePhrase(phrase, match)) >= 0;

  it('match words without regard to case, punctuation, width and apostrophes', () => {
    expect(has('Well, THANK-you for  calling!', 'thank you for calling')).to.equal(true);
    expect(has('I don’t know', "I don't know")).to.equal(true);
    expect(has('ｔｈａｎｋ you', 'Thank you')).to.equal(true);
    expect(has('It costs 1,200 euros.', '1200 euros')).to.equal(true);
    expect(has('धन्यवाद, फिर मिलेंगे', 'धन्यवाद')).to.equal(true);
  });

  it('match whole words only, literally', () => {
    expect(has('I want the manager', 'a manager')).to.equal(false);
    expect(has('cancellation', 'cancel')).to.equal(false);
    expect(has('neighbour', 'neighbo*')).to.equal(false);
    expect(has('anything', '…')).to.equal(false);
  });

  it('match patterns: parts of words, any word, numbers', () => {
    expect(has('my neighbours called', 'neighbo* called', 'pattern')).to.equal(true);
    expect(has('my neigh called', 'neighbo* called', 'pattern')).to.equal(false);
    expect(has('thank you very much', 'thank you * much', 'pattern')).to.equal(true);
    expect(has('thank you much', 'thank you * much', 'pattern')).to.equal(false);
    expect(has('order 4,711, please', 'Order [num]', 'pattern')).to.equal(true);
    expect(has('order more', 'order [num]', 'pattern')).to.equal(false);
    expect(has('unexpected', 'un*ed', 'pattern')).to.equal(true);
    expect(has('aba', 'ab*ba', 'pattern')).to.equal(false);
  });

  it('come to an end whatever pattern a user writes', () => {
    has('a'.repeat(50_000), `${'a*'.repeat(200)}b`, 'pattern');
    has('a '.repeat(20_000), '* '.repeat(60), 'pattern');
  });

  it('run on over turns of one role, not over those of two', () => {
    const phrase = compilePhrase('thank you for calling', 'exact');
    const one = parseTranscript('Agent: Thank you\nAgent: for calling');
    expect(search(one, phrase, { role: 'agent' })).to.deep.equal({ state: 'said', turn: one[0] });
    const two = parseTranscript('Agent: Thank you\nCustomer: for calling');
    expect(search(two, phrase, { role: 'any' })).to.deep.equal({ state: 'absent' });
  });
});
