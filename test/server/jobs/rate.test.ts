import { expect } from 'chai';
import type { ExecutionAmounts } from '../../../db/queries/execution-amounts.ts';
import { RateMeter } from '../../../server/jobs/rate.ts';

const start = Date.UTC(2026, 0, 1);

function at(seconds: number, rows: number, bytesDone: number, given: Partial<ExecutionAmounts> = {}): ExecutionAmounts {
  return {
    ...{ type: 'data_import', status: 'processing', isCancelRequested: false, parts: 0, step: null, lastLogId: 0 },
    items: { listed: 10, done: Math.floor(seconds), unchanged: 0, waiting: 0, failed: 0 },
    rows: { listed: rows, imported: rows, updated: 0, duplicate: 0, rejected: 0 },
    ...{ bytesRead: bytesDone, bytesDone, bytesExpected: 100_000, startedAt: null, endedAt: null },
    now: new Date(start + seconds * 1000),
    ...given,
  } as ExecutionAmounts;
}

describe('the rate of a run', () => {
  it('is not told from the first look, and then counts rows, bytes and items a second', () => {
    const meter = new RateMeter();
    expect(meter.add(at(0, 0, 0))).to.deep.equal({
      ...{ rows_per_second: null, bytes_per_second: null, items_per_second: null, seconds_left: null },
    });
    expect(meter.add(at(2, 1_000, 20_000))).to.deep.equal({
      ...{ rows_per_second: 500, bytes_per_second: 10_000, items_per_second: 1, seconds_left: 8 },
    });
  });

  it('is that of the last ten seconds, not of the whole run', () => {
    const meter = new RateMeter();
    for (let second = 0; second <= 60; second++) meter.add(at(second, second * 1_000, second * 100));
    const slower = Array.from({ length: 12 }, (_, i) => meter.add(at(61 + i, 60_000 + i * 10, 6_000 + i)));
    expect(slower.at(-1)?.rows_per_second).to.equal(10);
  });

  it('leaves the time open where nobody knows how much there is, or nothing moves', () => {
    const meter = new RateMeter();
    meter.add(at(0, 0, 0, { bytesExpected: null }));
    expect(meter.add(at(5, 100, 500, { bytesExpected: null })).seconds_left).to.equal(null);
    const still = new RateMeter();
    still.add(at(0, 0, 500));
    expect(still.add(at(5, 0, 500)).seconds_left).to.equal(null);
  });

  it('goes by what is stored: a file that was copied is not done', () => {
    const meter = new RateMeter();
    meter.add(at(0, 0, 0, { bytesRead: 0 }));
    const rate = meter.add(at(5, 1_000, 10_000, { bytesRead: 100_000 }));
    expect(rate).to.include({ bytes_per_second: 20_000, seconds_left: 45 });
  });

  it('tells the time left while a file is fetched of which nothing is stored yet, its storing included', () => {
    const meter = new RateMeter();
    meter.add(at(0, 0, 0));
    expect(meter.add(at(5, 0, 0, { bytesRead: 20_000 }))).to.include({ bytes_per_second: 4_000, seconds_left: 45 });
  });

  it('begins anew where an item is read again', () => {
    const meter = new RateMeter();
    meter.add(at(0, 900, 9_000));
    expect(meter.add(at(5, 100, 1_000)).rows_per_second).to.equal(null);
    expect(meter.add(at(7, 300, 3_000)).rows_per_second).to.equal(100);
    expect(meter.add(at(8, 300, 3_000, { bytesRead: 1_000 })).bytes_per_second).to.equal(null);
  });
});
