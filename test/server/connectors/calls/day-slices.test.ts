import { expect } from 'chai';
import { daySlice, itemOf, slicesToList } from '../../../../server/connectors/calls/day-slices.ts';

const settings = { timezone: 'Asia/Kolkata', lookbackDays: 3, settleHours: 24 };
/** In India 2026-11-21, 02:30. */
const now = new Date('2026-11-20T21:00:00Z');
const keysOf = (request: Parameters<typeof slicesToList>[0]) =>
  slicesToList(request, settings, now).map(({ key }) => key);

describe('the days that a call API is read by', () => {
  it('are days on the wall clock of the zone', () => {
    const { start, end } = daySlice('2026-11-20', 'Asia/Kolkata');
    expect(start.toISOString()).to.equal('2026-11-19T18:30:00.000Z');
    expect(end.toISOString()).to.equal('2026-11-20T18:30:00.000Z');
    const changing = daySlice('2026-10-25', 'Europe/Paris');
    expect((changing.end.getTime() - changing.start.getTime()) / 3_600_000).to.equal(25);
  });

  it('are the last ones at first, today among them', () => {
    expect(keysOf({})).to.deep.equal(['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21']);
  });

  it('go on from where the ledger stands, however long ago, with those that were open then', () => {
    expect(keysOf({ newestDone: '2026-11-20' })).to.deep.equal([
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-21',
    ]);
    const afterWeeks = keysOf({ newestDone: '2026-11-01' });
    expect(afterWeeks[0]).to.equal('2026-10-30');
    expect(afterWeeks.at(-1)).to.equal('2026-11-21');
    expect(afterWeeks).to.have.length(23);
  });

  it('begin with the oldest that failed', () => {
    expect(keysOf({ newestDone: '2026-11-21', oldestFailed: '2026-11-10' })[0]).to.equal('2026-11-10');
  });

  it('are those of the range in a backfill, and none that are still to come', () => {
    const range = (from: string, to: string) => keysOf({ range: { from: new Date(from), to: new Date(to) } });
    expect(range('2026-11-01T18:30:00Z', '2026-11-03T18:30:00Z')).to.deep.equal(['2026-11-02', '2026-11-03']);
    expect(range('2026-11-19T18:30:00Z', '2026-12-03T18:30:00Z')).to.deep.equal(['2026-11-20', '2026-11-21']);
    expect(range('2026-12-01T18:30:00Z', '2026-12-03T18:30:00Z')).to.deep.equal([]);
  });

  it('are another version at each listing until they are settled', () => {
    const versionOf = (key: string) => itemOf(daySlice(key, settings.timezone), settings, now).version;
    expect(versionOf('2026-11-19')).to.equal('closed');
    expect(versionOf('2026-11-20')).to.equal('open-2026-11-20T21:00:00.000Z');
    expect(versionOf('2026-11-21')).to.match(/^open-/);
  });

  it('were all read after they were settled, whichever days the program ran on', () => {
    // Every run reads what it lists; whenever it comes back, no open day may have been left behind.
    for (const gapHours of [1, 23, 24, 25, 47, 71, 200]) {
      const read = new Map<string, string>();
      const run = (at: Date) => {
        const newestDone = [...read.keys()].sort().at(-1);
        for (const slice of slicesToList({ newestDone }, settings, at))
          read.set(slice.key, itemOf(slice, settings, at).version);
      };
      run(now);
      for (let runs = 1; runs <= 12; runs++) run(new Date(now.getTime() + runs * gapHours * 3_600_000));
      const lastMs = now.getTime() + 12 * gapHours * 3_600_000;
      const settledKeys = [...read.keys()].filter(
        (key) => daySlice(key, settings.timezone).end.getTime() + 24 * 3_600_000 <= lastMs,
      );
      expect(settledKeys.filter((key) => read.get(key) !== 'closed')).to.deep.equal([]);
    }
  });
});
