import { expect } from 'chai';
import type { Services } from '../../../server/services.ts';
import { closeDays } from '../../../server/stream/close-days.ts';
import { AppError } from '../../../shared/error.ts';
import { testServices } from '../../harness/services.ts';
import { batchOf, callEvent, rangeOf, type StreamKit, streamKit } from './stream-kit.ts';

async function failureOf(doing: Promise<unknown>): Promise<AppError> {
  const thrown = await doing.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof AppError) return thrown;
  throw new Error(`no AppError but ${thrown}`);
}

describe('a partition of a stream', () => {
  let services: Services;
  let kit: StreamKit;
  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    kit = await streamKit(services);
  });
  after(() => services.close());

  const positions = () =>
    kit.select(
      'SELECT partition_id, next_offset FROM stream_position WHERE connector_id = ? ORDER BY partition_id',
      kit.connectorId,
    );
  const calls = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => callEvent(`C-${String(from + index).padStart(6, '0')}`));

  it('stores a batch with its place, its counts and its day in one go', async () => {
    const { partition } = await kit.process([rangeOf(0), rangeOf(1)]);
    expect(await partition(1).take(batchOf(1, 0, calls(0, 3)))).to.equal(3);
    expect(await kit.interactions()).to.deep.equal(['C-000000', 'C-000001', 'C-000002']);
    expect((await positions()).map(({ next_offset }) => next_offset)).to.deep.equal([0, 3]);
    const [day, ...others] = await kit.days();
    expect(others).to.have.length(0);
    expect(day).to.include({
      status: 'processing',
      rows_listed: 3,
      rows_imported: 3,
      items_listed: 1,
      items_waiting: 1,
      type: 'data_import',
    });
    const [item] = await kit.select('SELECT * FROM source_item WHERE execution_id = ?', day?.id);
    expect(item).to.include({ state: 'reading', imported: 3, records_done: 3 });
    expect(item?.item_key.toString()).to.equal('calls/1');
    expect(item?.version.toString()).to.match(/^\d{4}-\d\d-\d\d$/);
    const lines = await kit.select(
      'SELECT source_line FROM interaction WHERE account_id = ? ORDER BY external_id',
      kit.accountId,
    );
    expect(lines.map(({ source_line }) => source_line)).to.deep.equal([0, 1, 2]);
  });

  it('knows when it stored the last one: what is rejected was not', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    const storedAt = () => kit.select('SELECT stored_at FROM stream_position WHERE connector_id = ?', kit.connectorId);
    await partition(0).take(batchOf(0, 0, ['no event']));
    expect(await storedAt()).to.deep.equal([{ stored_at: null }]);
    await partition(0).take(batchOf(0, 1, [...calls(0, 1), 'no event']));
    expect((await storedAt())[0]?.stored_at).to.be.instanceOf(Date);
  });

  it('stores thousands of events at once, in order, in chunks', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    expect(await partition(0).take(batchOf(0, 0, calls(0, 12_345)))).to.equal(12_345);
    expect(await kit.interactions()).to.have.length(12_345);
    expect((await kit.days())[0]).to.include({ rows_listed: 12_345, rows_imported: 12_345 });
  });

  it('is stored beside others of its thread, thousands of events of each at the same time', async () => {
    const numbers = [0, 1, 2, 3, 4, 5];
    const { partition } = await kit.process(numbers.map((number) => rangeOf(number)));
    await Promise.all(
      numbers.map((number) => partition(number).take(batchOf(number, 0, calls(number * 6_000, 6_000)))),
    );
    expect((await kit.days())[0]).to.include({ rows_listed: 36_000, rows_imported: 36_000, items_listed: 6 });
  });

  it('enters nothing into a day that was closed meanwhile', async () => {
    const { partition, days } = await kit.process([rangeOf(0), rangeOf(1)]);
    await partition(0).take(batchOf(0, 0, calls(0, 1)));
    await kit.select('UPDATE execution SET due_at = due_at - INTERVAL 1 DAY WHERE account_id = ?', kit.accountId);
    await kit.select("UPDATE source_item SET version = 'yesterday' WHERE account_id = ?", kit.accountId);
    await closeDays(services);
    expect(await partition(1).take(batchOf(1, 0, calls(1, 1)))).to.equal(1);
    const [closed, open] = await kit.days();
    expect(closed).to.include({ items_listed: 1, items_done: 1, rows_listed: 1 });
    expect(open).to.include({ items_listed: 1, rows_listed: 1 });
    expect(await days.executionId()).to.deep.equal(open?.id);
  });

  it('drops what it has stored already, and takes the rest of a batch that repeats a part', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(batchOf(0, 0, calls(0, 5)));
    expect(await partition(0).take({ ...batchOf(0, 1, calls(1, 3)), end: 5 })).to.equal(5);
    expect(await partition(0).take(batchOf(0, 2, calls(2, 10)))).to.equal(12);
    expect(await kit.interactions()).to.have.length(12);
    expect((await kit.days())[0]).to.include({ rows_listed: 12, rows_imported: 12, rows_duplicate: 0 });
  });

  it('asks for what is missing before a batch, and takes one whose log has gaps', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    expect(await partition(0).take(batchOf(0, 7, calls(7, 2)))).to.equal(0);
    expect(await kit.interactions()).to.deep.equal([]);
    const gaps = { ...batchOf(0, 40, calls(0, 2)), from: 0, next: 50, end: 60 };
    expect(await partition(0).take(gaps)).to.equal(50);
    expect((await positions())[0]?.next_offset).to.equal(50);
  });

  it('goes on where another process is, which has taken it over', async () => {
    const [old, young] = [await kit.process([rangeOf(0)]), await kit.process([rangeOf(0)])];
    await old.partition(0).take(batchOf(0, 0, calls(0, 3)));
    expect(await young.partition(0).take(batchOf(0, 3, calls(3, 4)))).to.equal(7);
    // The old one still believes that it is at 3.
    expect(await old.partition(0).take(batchOf(0, 3, calls(3, 2)))).to.equal(7);
    expect(await old.partition(0).take({ ...batchOf(0, 3, calls(3, 6)), end: 9 })).to.equal(9);
    expect(await kit.interactions()).to.have.length(9);
    expect((await kit.days())[0]).to.include({ rows_listed: 9, rows_imported: 9, rows_duplicate: 0 });
  });

  it('stores each event once when two processes bring the same ones at the same time', async () => {
    const processes = [await kit.process([rangeOf(0)]), await kit.process([rangeOf(0)])];
    for (let from = 0; from < 100; from += 10)
      await Promise.all(processes.map(({ partition }) => partition(0).take(batchOf(0, from, calls(from, 10)))));
    expect(await kit.interactions()).to.have.length(100);
    expect((await kit.days())[0]).to.include({ rows_listed: 100, rows_imported: 100, rows_duplicate: 0 });
  });

  it('passes over what lies between two events of a log', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take({ ...batchOf(0, 0, []), next: 4, end: 4 });
    expect((await positions())[0]?.next_offset).to.equal(4);
    expect(await partition(0).take(batchOf(0, 4, calls(0, 1)))).to.equal(5);
  });

  it('passes the end of a log that holds nothing but aborted transactions, and misses nothing when that is deleted', async () => {
    const ranges = [rangeOf(0)];
    const { partition } = await kit.process(ranges);
    await partition(0).take(batchOf(0, 0, calls(0, 3)));
    expect(await partition(0).take({ ...batchOf(0, 3, []), next: 40, end: 40 })).to.equal(40);
    ranges[0] = rangeOf(0, 100, 40);
    expect(await partition(0).take(batchOf(0, 40, calls(3, 1)))).to.equal(41);
    expect((await kit.days())[0]).to.include({ rows_listed: 4, note: null });
  });

  it('tells how many events the topic’s retention took before they were read', async () => {
    const early = await kit.process([rangeOf(0)]);
    await early.partition(0).take(batchOf(0, 0, calls(0, 10)));
    const { partition } = await kit.process([rangeOf(0, 100, 35)]);
    expect(await partition(0).take(batchOf(0, 40, calls(40, 1)))).to.equal(35);
    expect(await partition(0).take(batchOf(0, 35, calls(35, 2)))).to.equal(37);
    const [day] = await kit.days();
    expect(day?.note).to.match(/^up to 25 events were deleted from the topic by its retention before being read$/);
    expect(await kit.interactions()).to.have.length(12);
  });

  it('stops at a topic that was made anew, and says what to do', async () => {
    const ranges = [rangeOf(0)];
    const { partition } = await kit.process(ranges);
    await partition(0).take(batchOf(0, 0, calls(0, 10)));
    ranges[0] = rangeOf(0, 3);
    const failure = await failureOf(partition(0).take(batchOf(0, 0, calls(50, 3))));
    expect(failure.code).to.equal('conflict');
    expect(failure.message).to.match(
      /read up to offset 10, but ends at 3 now.*cqa stream reset --account account --name "stream \d+" --to earliest/,
    );
    expect(await kit.interactions()).to.have.length(10);
  });

  it('goes on in the next day’s execution when the day was closed, with honest counts of both', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(batchOf(0, 0, [...calls(0, 4), 'no event']));
    // What was today is yesterday now.
    await kit.select('UPDATE execution SET due_at = due_at - INTERVAL 1 DAY WHERE account_id = ?', kit.accountId);
    await kit.select("UPDATE source_item SET version = 'yesterday' WHERE account_id = ?", kit.accountId);
    await closeDays(services);
    expect((await kit.days())[0]).to.include({
      status: 'success',
      note: '1 rejected',
      items_done: 1,
      items_listed: 1,
      items_waiting: 0,
    });
    expect(await partition(0).take(batchOf(0, 5, calls(5, 3)))).to.equal(8);
    const [first, second] = await kit.days();
    expect(first).to.include({ rows_listed: 5, rows_imported: 4, rows_rejected: 1 });
    expect(second).to.include({ status: 'processing', rows_listed: 3, rows_imported: 3, items_listed: 1 });
    await closeDays(services);
    expect((await kit.days())[1]?.status, 'of a day that lasts').to.equal('processing');
  });

  it('ends as partial_success where events were lost before they were read', async () => {
    const early = await kit.process([rangeOf(0)]);
    await early.partition(0).take(batchOf(0, 0, calls(0, 10)));
    const { partition } = await kit.process([rangeOf(0, 100, 35)]);
    await partition(0).take(batchOf(0, 40, calls(40, 1)));
    await kit.enable(false);
    await closeDays(services);
    expect((await kit.days())[0]?.status).to.equal('partial_success');
  });

  it('ends as partial_success, and says why, where not one of its events could be taken', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(batchOf(0, 0, ['no event', '{}', 'nor this']));
    await kit.enable(false);
    await closeDays(services);
    const [day] = await kit.days();
    expect(day).to.include({ status: 'partial_success', rows_listed: 3, rows_rejected: 3 });
    expect(JSON.parse(day?.error)).to.deep.include({ code: 'too_many_rejected' });
    expect(JSON.parse(day?.error).message).to.match(/^All 3 events were rejected/);
    const [alert] = await kit.select('SELECT kind, message FROM alert WHERE account_id = ?', kit.accountId);
    expect(alert?.kind).to.equal('run_partial');
    expect(alert?.message).to.contain('All 3 events were rejected');
  });

  it('ends as handler_failed where more are rejected than the connector accepts', async () => {
    kit = await streamKit(services, { max_rejected_percent: 40 });
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(batchOf(0, 0, [...calls(0, 3), 'no event', 'nor this']));
    await kit.enable(false);
    await closeDays(services);
    expect((await kit.days())[0]).to.include({ status: 'success', note: notedAs('2 rejected') });
    await kit.enable(true);
    const again = await kit.process([rangeOf(0)]);
    await again.partition(0).take(batchOf(0, 5, ['nor that']));
    await kit.enable(false);
    await closeDays(services);
    const [day] = await kit.days();
    expect(day).to.include({ status: 'handler_failed', note: notedAs('3 rejected'), rows_imported: 3 });
    expect(JSON.parse(day?.error)).to.deep.include({ code: 'too_many_rejected' });
    expect(JSON.parse(day?.error).message).to.match(/^3 of 6 events were rejected, more than the 40 %/);
  });

  const notedAs = (note: string) => `${note}, ended early: the connector was disabled`;

  it('begins another day when its account moves to another zone', async () => {
    kit = await streamKit(services, {}, { timezone: 'Pacific/Pago_Pago' });
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(batchOf(0, 0, calls(0, 2)));
    await kit.select("UPDATE account SET timezone = 'Pacific/Kiritimati' WHERE id = ?", kit.accountId);
    await closeDays(services);
    const moved = await kit.process([rangeOf(0)]);
    await moved.partition(0).take(batchOf(0, 2, calls(2, 1)));
    expect((await kit.days()).map(({ status, rows_listed }) => [status, rows_listed])).to.deep.equal([
      ['success', 2],
      ['processing', 1],
    ]);
  });

  it('is closed where its connector is disabled, stores nothing then, and goes on the same day in the same execution', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(batchOf(0, 0, calls(0, 4)));
    await kit.enable(false);
    await closeDays(services);
    const [closed] = await kit.days();
    expect(closed).to.include({
      status: 'success',
      note: 'ended early: the connector was disabled',
      items_done: 1,
    });
    expect((await failureOf(partition(0).take(batchOf(0, 4, calls(4, 1))))).code).to.equal('cancelled');
    expect(await kit.interactions()).to.have.length(4);
    await kit.enable(true);
    const again = await kit.process([rangeOf(0)]);
    expect(await again.partition(0).take(batchOf(0, 4, calls(4, 2)))).to.equal(6);
    const [open, ...others] = await kit.days();
    expect(others).to.have.length(0);
    expect(open).to.include({ status: 'processing', note: null, ended_at: null, rows_listed: 6, rows_imported: 6 });
    expect(open).to.include({ items_listed: 1, items_waiting: 1, items_done: 0 });
    await kit.enable(false);
    await closeDays(services);
    expect((await kit.days())[0]).to.include({ status: 'success', rows_listed: 6, items_listed: 1, items_done: 1 });
  });

  it('counts what its events do to interactions that are there', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(
      batchOf(0, 0, [callEvent('A'), callEvent('A'), callEvent('A', { metadata: { agent: 'Eve' } })]),
    );
    await partition(0).take(batchOf(0, 3, [callEvent('A', { metadata: { agent: 'Eve' } }), callEvent('B')]));
    expect((await kit.days())[0]).to.include({ rows_listed: 5, rows_imported: 2, rows_updated: 1, rows_duplicate: 2 });
  });
});
