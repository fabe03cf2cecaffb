import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { replayInWords } = await widgetModule<typeof import('../../../widget/words/replay.ts')>('words/replay.ts');

describe('rows that were read again', () => {
  it('are told by what became of them, and only that', () => {
    const none = { imported: 0, updated: 0, duplicate: 0, rejected: 0 };
    expect(replayInWords({ ...none, imported: 1, rejected: 2 })).to.equal('1 row imported, 2 rows still rejected.');
    expect(replayInWords({ ...none, duplicate: 3 })).to.equal('3 rows there already.');
    expect(replayInWords(none)).to.equal('No row was read again.');
  });
});
