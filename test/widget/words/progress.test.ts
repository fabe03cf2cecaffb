import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { bytesInWords, itemsSoFar, rateInWords, shareDone, timeLeftInWords } =
  await widgetModule<typeof import('../../../widget/words/progress.ts')>('words/progress.ts');
const { cancelInWords } = await widgetModule<typeof import('../../../widget/words/execution.ts')>('words/execution.ts');
const { failureInWords } = await widgetModule<typeof import('../../../widget/words/failure.ts')>('words/failure.ts');

const items = { listed: 12, done: 2, unchanged: 1, waiting: 0, failed: 1 };
const none = { rows_per_second: null, bytes_per_second: null, items_per_second: null };
const progress = {
  ...{ status: 'processing' as const, cancel_requested: false, step: { name: 'store', message: null }, items },
  counts: { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 },
  ...{ bytes_read: 0, bytes_done: 0, bytes_expected: null, ...none, seconds_left: null },
  ...{ last_log_id: 0, started_at: null, ended_at: null },
};

describe('progress in words', () => {
  it('says unknown totals and rates as unknown', () => {
    expect(timeLeftInWords(null)).to.equal('not known');
    expect(rateInWords(none)).to.equal('not known yet');
    expect(bytesInWords(1500, null)).to.equal('1.5 KB, the total is not known');
    expect(shareDone({ ...progress, items: null })).to.equal(undefined);
  });

  it('tells the rate of what moves', () => {
    expect(rateInWords({ rows_per_second: 1234, bytes_per_second: 3_400_000, items_per_second: 2 })).to.equal(
      '1,234 rows/s · 3.4 MB/s',
    );
    expect(rateInWords({ rows_per_second: 0, bytes_per_second: 0, items_per_second: 0.4 })).to.equal('0.4 items/s');
    expect(rateInWords({ rows_per_second: 0, bytes_per_second: 0, items_per_second: 0 })).to.equal(
      'nothing moves at the moment',
    );
  });

  it('rounds the time left up', () => {
    expect([0, 9, 31, 60, 61, 3_599, 7_500].map(timeLeftInWords)).to.deep.equal([
      ...['a few seconds', 'a few seconds', 'about 40 s', 'about 1 min', 'about 2 min', 'about 1 h 00 min'],
      'about 2 h 05 min',
    ]);
  });

  it('counts items of all of them once they are listed, and before only those found', () => {
    expect(itemsSoFar(progress)).to.equal('4 of 12');
    expect(itemsSoFar({ ...progress, step: { name: 'list', message: null } })).to.equal('12 found so far');
    expect(itemsSoFar({ ...progress, items: null })).to.equal(undefined);
  });

  it('takes the share from bytes where they are known, else from items, and from no list that still grows', () => {
    expect(shareDone({ ...progress, bytes_read: 30, bytes_done: 30, bytes_expected: 40 })).to.equal(0.75);
    expect(shareDone({ ...progress, bytes_read: 50, bytes_done: 50, bytes_expected: 40 })).to.equal(1);
    expect(shareDone(progress)).to.equal(4 / 12);
    expect(shareDone({ ...progress, step: { name: 'list', message: null } })).to.equal(undefined);
  });

  it('moves while a file is fetched of which nothing is stored yet, and is whole only when all is stored', () => {
    expect(shareDone({ ...progress, bytes_read: 10, bytes_expected: 40 })).to.equal(0.125);
    expect(shareDone({ ...progress, bytes_read: 40, bytes_expected: 40 })).to.equal(0.5);
    expect(shareDone({ ...progress, bytes_read: 40, bytes_done: 20, bytes_expected: 40 })).to.equal(0.75);
  });
});

describe('what cancelling does, in words', () => {
  const counts = { listed: 3, imported: 1, updated: 0, duplicate: 2, rejected: 0 };

  it('names the rows that stay', () => {
    const told = cancelInWords({ type: 'data_import', status: 'processing', counts });
    expect(told).to.include('The 1 row that is stored stays and is analysed.');
  });

  it('promises nothing of rows before there are any, and nothing stored before it has begun', () => {
    const empty = { ...counts, imported: 0 };
    expect(cancelInWords({ type: 'data_import', status: 'processing', counts: empty }).join(' ')).to.match(
      /What is stored until then stays/,
    );
    expect(cancelInWords({ type: 'data_export', status: 'pending', counts: { rows: 0, parts: 0 } })).to.have.length(1);
  });

  it('says of an export what is sent and what is not', () => {
    const told = cancelInWords({ type: 'data_export', status: 'delivering', counts: { rows: 9, parts: 1 } }).join(' ');
    expect(told)
      .to.match(/No half file is left anywhere/)
      .and.match(/What has not arrived is not sent/);
  });
});

describe('a failure of the product itself', () => {
  it('has its trace id apart, to be copied', () => {
    const message = 'Something went wrong inside the import. The log has the details. Trace id: 1a2b3c4d.';
    expect(failureInWords(message)).to.deep.equal({
      message: 'Something went wrong inside the import. The log has the details.',
      traceId: '1a2b3c4d',
    });
    expect(failureInWords('No such folder.')).to.deep.equal({ message: 'No such folder.', traceId: undefined });
  });
});
