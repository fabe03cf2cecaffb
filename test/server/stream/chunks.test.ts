import { expect } from 'chai';
import { replayRows } from '../../../server/pipeline/replay.ts';
import type { Services } from '../../../server/services.ts';
import { testServices } from '../../harness/services.ts';
import { batchOf, callEvent, rangeOf, type StreamKit, streamKit } from './stream-kit.ts';

describe('events that cannot be taken', () => {
  let services: Services;
  let kit: StreamKit;
  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    kit = await streamKit(services);
  });
  after(() => services.close());

  it('are kept whole, and the partition goes on behind them', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    const long = `{"external_interaction_id": "L", "broken": "${'x'.repeat(100_000)}`;
    const events = [
      callEvent('A'),
      long,
      callEvent('B', { interaction_start_time: 'soon' }),
      null,
      Buffer.from([0xff, 0xfe]),
      callEvent('D'),
    ];
    expect(await partition(0).take({ ...batchOf(0, 5, events), from: 0 })).to.equal(11);
    expect(await kit.interactions()).to.deep.equal(['A', 'D']);
    const rejected = await kit.select('SELECT * FROM rejected_row WHERE account_id = ? ORDER BY line', kit.accountId);
    expect(rejected.map(({ file_name, line, code, is_cut }) => [file_name, line, code, is_cut])).to.deep.equal([
      ['calls/0', 6, 'bad_json', 0],
      ['calls/0', 7, 'bad_time', 0],
      ['calls/0', 9, 'bad_encoding', 0],
    ]);
    expect(rejected[0]?.raw).to.equal(long);
    expect(rejected[2]).to.include({ raw: '\uFFFD\uFFFD' });
    expect(rejected[2]?.raw_bytes).to.deep.equal(Buffer.from([0xff, 0xfe]));
    expect(rejected[1]?.external_id.toString()).to.equal('B');
    const [day] = await kit.days();
    expect(day).to.include({ rows_listed: 5, rows_imported: 2, rows_rejected: 3 });
    expect(day?.note).to.equal('3 rejected, 1 skipped (empty events, or left out by the connector)');
  });

  it('are kept up to a megabyte of each', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    await partition(0).take(batchOf(0, 0, [`{${'y'.repeat(1_500_000)}`, callEvent('A')]));
    const [row] = await kit.select(
      'SELECT LENGTH(raw) AS length, is_cut FROM rejected_row WHERE account_id = ?',
      kit.accountId,
    );
    expect({ ...row }).to.deep.equal({ length: 1024 * 1024, is_cut: 1 });
    expect(await kit.interactions()).to.deep.equal(['A']);
  });

  it('are kept byte by byte where they are no text, beside a text with a mark for each byte that cannot be read', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    const events = [
      Buffer.concat([Buffer.from('{"id":'), Buffer.alloc(900_000, 0xff)]),
      Buffer.concat([Buffer.from('{"id":'), Buffer.alloc(1_100_000, 0xff)]),
      // A character that the end of what is kept would cut in two.
      Buffer.from(`x${'ü'.repeat(600_000)}`),
    ];
    await partition(0).take(batchOf(0, 0, events));
    const [row, long, text] = await kit.select(
      'SELECT raw, raw_bytes, is_cut FROM rejected_row WHERE account_id = ? ORDER BY line',
      kit.accountId,
    );
    expect(row).to.include({ raw: `{"id":${'\uFFFD'.repeat(900_000)}`, is_cut: 0 });
    expect(row?.raw_bytes.equals(events[0])).to.equal(true);
    expect(long?.is_cut).to.equal(1);
    expect(long?.raw_bytes.equals(events[1]?.subarray(0, 1024 * 1024))).to.equal(true);
    expect(text).to.include({ raw_bytes: null, is_cut: 1 });
    expect(text?.raw.length).to.equal(1 + (1024 * 1024 - 2) / 2);
  });

  it('are read again as they came where they are no text, and taken only with every unreadable byte mended', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    const event = callEvent('A', { transcript_text: 'Zo\u00eb' });
    await partition(0).take(batchOf(0, 0, [Buffer.from(event, 'latin1')]));
    const [row] = await kit.select('SELECT id, raw FROM rejected_row WHERE account_id = ?', kit.accountId);
    expect(row?.raw).to.equal(event.replace('\u00eb', '\uFFFD'));
    const replay = (raw?: string) =>
      replayRows(services, kit.accountId, [{ rejectedRowId: row?.id as number, raw }], 'ann');
    for (const same of [undefined, row?.raw])
      expect((await replay(same)).results[0]?.reason).to.include('no text in UTF-8');
    expect((await replay(`${row?.raw} `)).results[0]?.reason).to.include(
      'Put what was meant in the place of each \uFFFD',
    );
    expect(await kit.interactions()).to.deep.equal([]);
    expect(await replay(event)).to.include({ imported: 1 });
    expect(await kit.interactions()).to.deep.equal(['A']);
  });

  it('are told with their reason where the topic has what is no event at all', async () => {
    const { partition } = await kit.process([rangeOf(0)]);
    const batch = batchOf(0, 0, [null, callEvent('A')]);
    const [first, second] = batch.events;
    if (!first || !second) throw new Error('two events');
    const events = [{ ...first, unreadable: 'The batch is too large.' }, second];
    expect(await partition(0).take({ ...batch, events })).to.equal(2);
    const rejected = await kit.select(
      'SELECT line, code, reason FROM rejected_row WHERE account_id = ?',
      kit.accountId,
    );
    expect(rejected.map((row) => ({ ...row }))).to.deep.equal([
      { line: 0, code: 'bad_value', reason: 'The batch is too large.' },
    ]);
    expect(await kit.interactions()).to.deep.equal(['A']);
  });
});
