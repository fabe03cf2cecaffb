import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { lineInWords, placeInWords } =
  await widgetModule<typeof import('../../../widget/words/rejected.ts')>('words/rejected.ts');

describe('the place of what was rejected', () => {
  it('is the line of a file', () => {
    const row = { is_event: false, file_name: 'calls.csv', line: 1204 };
    expect(placeInWords(row)).to.equal('Line 1,204 of calls.csv');
    expect(lineInWords(row, true)).to.equal('1,204');
  });

  it('is the partition and offset of an event, as brokers write it', () => {
    const row = { is_event: true, file_name: 'calls/3', line: 48213 };
    expect(placeInWords(row)).to.equal('Offset 48213 of calls/3');
    expect(lineInWords(row, false)).to.equal('48213');
    expect(lineInWords(row, true)).to.equal('offset 48213');
  });
});
