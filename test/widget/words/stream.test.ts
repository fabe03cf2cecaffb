import { expect } from 'chai';
import { streamStates } from '../../../shared/stream.ts';
import { widgetModule } from '../source.ts';

const { lagInWords, rateInWords, resultsInWords, streamWords, topicAndPartition, unreadReasons } =
  await widgetModule<typeof import('../../../widget/words/stream.ts')>('words/stream.ts');

describe('a stream in words', () => {
  it('says how far behind it is, and never claims a lag that nobody knows', () => {
    expect(lagInWords(0)).to.equal('up to date');
    expect(lagInWords(1)).to.equal('1 event behind');
    expect(lagInWords(12_400)).to.equal('12,400 events behind');
    expect(lagInWords(null)).to.equal('not known');
  });

  it('says a rate with no more digits than a person can use', () => {
    expect(rateInWords(0)).to.equal('0 per second');
    expect(rateInWords(0.04)).to.equal('less than 0.1 per second');
    expect(rateInWords(2.44)).to.equal('2.4 per second');
    expect(rateInWords(1249.7)).to.equal('1,250 per second');
  });

  it('counts results that wait up to the figure that is counted', () => {
    expect(resultsInWords(0)).to.equal('all sent');
    expect(resultsInWords(1)).to.equal('1 result to send');
    expect(resultsInWords(10_000)).to.equal('at least 10,000 results to send');
  });

  it('has a meaning for every state, and the reason where nobody reads', () => {
    for (const state of streamStates) expect(streamWords[state].meaning).to.match(/\.$/);
    for (const state of ['not_running', 'connector_disabled', 'job_disabled'] as const)
      expect(unreadReasons[state]).to.match(/\.$/);
  });

  it('tells a topic from its partition', () => {
    expect(topicAndPartition('calls.ended/12')).to.deep.equal({ topic: 'calls.ended', partition: '12' });
  });
});
