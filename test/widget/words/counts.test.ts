import { expect } from 'chai';
import { endStatuses, executionStatuses } from '../../../shared/execution.ts';
import { acousticMeasures } from '../../../shared/quality.ts';
import { widgetModule } from '../source.ts';

const { countsInWords, itemsInWords, noteInWords, tookMs } =
  await widgetModule<typeof import('../../../widget/words/execution.ts')>('words/execution.ts');
const { measureInWords } = await widgetModule<typeof import('../../../widget/words/measures.ts')>('words/measures.ts');
const { bytes, counted, score } =
  await widgetModule<typeof import('../../../widget/words/numbers.ts')>('words/numbers.ts');
const { executionWords, typeAndConnectors } =
  await widgetModule<typeof import('../../../widget/words/status.ts')>('words/status.ts');

describe('counts in words', () => {
  it('leave zeros out and say zero rows as zero rows', () => {
    const none = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };
    expect(countsInWords({ ...none, listed: 1203, imported: 1200, rejected: 3 })).to.equal(
      '1,200 imported · 3 rejected',
    );
    expect(countsInWords(none)).to.equal('no rows');
    expect(countsInWords(none, 'no events')).to.equal('no events');
    expect(countsInWords({ rows: 1, parts: 1 })).to.equal('1 row in 1 part');
    expect(itemsInWords({ listed: 0, done: 0, unchanged: 0, waiting: 0, failed: 0 })).to.equal('nothing found');
  });

  it('name a job’s connectors beside its type, unless one is called as the job is', () => {
    const type = 'data_import';
    expect(typeAndConnectors('Nightly', { type, connectors: ['North', 'South'] })).to.equal(
      'Data Import · North, South',
    );
    expect(typeAndConnectors('North', { type, connectors: ['North'] })).to.equal('Data Import');
  });

  it('say every part of a note, and none that stands there already', () => {
    expect(noteInWords('no_data')).to.equal('no new data');
    expect(noteInWords('no_data, 2 waiting')).to.equal('no new data, 2 waiting');
    expect(noteInWords('1203 rejected, 2 waiting')).to.equal('1,203 rejected, 2 waiting');
    expect(noteInWords('3 rejected, 2 waiting', '9 imported · 3 rejected', '1 done · 12 waiting')).to.equal(
      '2 waiting',
    );
    expect(noteInWords('1 file could not be moved: 2026-11-20.csv, in use')).to.equal(
      '1 file could not be moved: 2026-11-20.csv, in use',
    );
  });

  it('count what has not ended up to now, and nothing before the start', () => {
    const now = Date.parse('2026-11-21T12:00:10Z');
    expect(tookMs('2026-11-21T12:00:00Z', null, now)).to.equal(10_000);
    expect(tookMs('2026-11-21T12:00:00Z', '2026-11-21T12:00:01Z', now)).to.equal(1000);
    expect(tookMs(null, null, now)).to.equal(undefined);
  });

  it('give numbers their unit', () => {
    expect(bytes(478_000)).to.equal('478 KB');
    expect(bytes(86_300_000)).to.equal('86.3 MB');
    expect(bytes(1)).to.equal('1 byte');
    expect(counted(2, 'job')).to.equal('2 jobs');
    expect(score(null)).to.equal('–');
    expect(score(93.75)).to.equal('93.8');
  });

  it('say why a measure is missing instead of a number', () => {
    expect(measureInWords('talk_ratio_agent', null, 'mono')).to.equal('not measured: one channel only');
    expect(measureInWords('dead_air_ratio', 0.124, undefined)).to.equal('12.4 %');
    expect(measureInWords('level_agent_dbfs', -24.06, undefined)).to.equal('−24.1 dBFS');
    for (const measure of acousticMeasures) expect(measureInWords(measure, 1, undefined)).to.match(/1/);
  });
});

describe('states in words', () => {
  it('have a word, a meaning and a shape each; failures do not share the shape of success', () => {
    for (const status of executionStatuses) {
      expect(executionWords[status].word).to.not.equal('');
      expect(executionWords[status].meaning).to.match(/\.$/);
    }
    const shapes = endStatuses.filter((status) => executionWords[status].shape === executionWords.success.shape);
    expect(shapes).to.deep.equal(['success']);
  });
});
