import { expect } from 'chai';
import { ledgerStanding } from '../../../../db/queries/source-ledger.ts';
import { newId } from '../../../../db/uuid.ts';
import type { SourceItem } from '../../../../server/connectors/connector.ts';
import { compareListing, type ListingCounts, sha256 } from '../../../../server/pipeline/fetch/listing.ts';
import type { Services } from '../../../../server/services.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { settledHeapBytes } from '../../connectors/calls-heap.ts';
import { endExecution, startExecution } from '../import/import-run.ts';

const itemCount = 40_000;
const mebibyte = 1024 * 1024;

describe('the comparison of a listing with the ledger', () => {
  let services: Services;
  let accountId: number;
  const locationHash = sha256('here');

  before(async () => {
    services = await testServices();
    ({ id: accountId } = await testAccount(services));
  });
  after(() => services.close());

  async function* listing(count: number, version = '1'): AsyncGenerator<SourceItem> {
    for (let index = 0; index < count; index++)
      yield { key: `calls-${String(index).padStart(7, '0')}.csv`, version, size: 1, readiness: 'ready' };
  }

  async function compare(connectorId: number, id: Buffer, items: AsyncIterable<SourceItem>): Promise<ListingCounts> {
    const nothing = () => Promise.resolve();
    const { signal } = new AbortController();
    const place = { accountId, connectorId, locationHash };
    return compareListing(services.database.pool, place, id, items, {
      signal,
      onWaiting: nothing,
      onProgress: nothing,
    });
  }

  const setState = (connectorId: number, state: string, where = 'TRUE') =>
    services.database.pool.query(`UPDATE source_item SET state = ? WHERE connector_id = ? AND ${where}`, [
      state,
      connectorId,
    ]);

  it(`keeps nothing of ${itemCount.toLocaleString('en')} items that are known`, async () => {
    const first = await startExecution(services, accountId);
    await compare(1, first, listing(itemCount));
    await setState(1, 'done');
    await endExecution(services, first);
    const second = await startExecution(services, accountId);
    const before = settledHeapBytes();
    let most = 0;
    async function* watched(): AsyncGenerator<SourceItem> {
      let seen = 0;
      for await (const item of listing(itemCount)) {
        if (++seen % (itemCount / 4) === 0) most = Math.max(most, settledHeapBytes());
        yield item;
      }
    }
    expect(await compare(1, second, watched())).to.deep.equal({ unchanged: itemCount, waiting: 0 });
    expect((most - before) / mebibyte).to.be.lessThan(4);
  });

  it('leaves to another run what it is reading, and takes over what it left behind', async () => {
    const first = await startExecution(services, accountId);
    await compare(2, first, listing(3));
    await setState(2, 'reading', "item_key = 'calls-0000001.csv'");
    await setState(2, 'failed', "item_key = 'calls-0000002.csv'");
    const second = await startExecution(services, accountId);
    expect(await compare(2, second, listing(3))).to.deep.equal({ unchanged: 0, waiting: 2 });
    await endExecution(services, first);
    const third = await startExecution(services, accountId);
    expect(await compare(2, third, listing(3))).to.deep.equal({ unchanged: 0, waiting: 1 });
  });

  it('takes each item for one of two runs that list at the same time', async () => {
    const ids = await Promise.all([startExecution(services, accountId), startExecution(services, accountId)]);
    const both = await Promise.all(ids.map((id) => compare(3, id, listing(5_000))));
    expect(both.reduce((sum, { waiting }) => sum + waiting, 0)).to.equal(5_000);
  });

  it('stops where the source fails in the middle of its listing', async () => {
    const broken = async function* () {
      yield* listing(1500);
      throw new Error('cut');
    };
    const thrown = await compare(4, newId(), broken()).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'cut');
  });

  it('knows the greatest key that was read and the smallest that was not, backfills and what was read since aside', async () => {
    const place = { accountId, connectorId: 5, locationHash };
    const { pool } = services.database;
    expect(await ledgerStanding(pool, place)).to.deep.equal({ newestDone: undefined, oldestFailed: undefined });
    const id = await startExecution(services, accountId);
    const slices: [string, string, string][] = [
      ['2026-11-01', 'closed@0123abcd', 'failed'],
      ['2026-11-02', 'open-1', 'failed'],
      ['2026-11-02', 'closed', 'done'],
      ['2026-11-03', 'closed', 'failed'],
      ['2026-11-04', 'closed', 'failed'],
      ['2026-11-05', 'closed', 'done'],
      ['2026-11-09', 'closed@0123abcd', 'done'],
    ];
    for (const [key, version, state] of slices) {
      const item: SourceItem = { key, version, size: undefined, readiness: 'ready' };
      await compare(
        5,
        id,
        (async function* () {
          yield item;
        })(),
      );
      await pool.query('UPDATE source_item SET state = ? WHERE connector_id = 5 AND item_key = ? AND version = ?', [
        state,
        key,
        version,
      ]);
    }
    expect(await ledgerStanding(pool, place)).to.deep.equal({ newestDone: '2026-11-05', oldestFailed: '2026-11-03' });
  });
});
