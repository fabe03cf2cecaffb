import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openCluster } from '../../../server/kafka/open.ts';
import { replayRows } from '../../../server/pipeline/replay.ts';
import { resetStream } from '../../../server/stream/reset.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf } from '../../harness/services.ts';
import { eventsOf, followedStreams } from './followed-kit.ts';
import { callEvent } from './stream-kit.ts';

const program = fileURLToPath(new URL('./child.js', import.meta.url));

describe('streams that are read', () => {
  const streams = followedStreams();
  const { read, newStream, stored, status } = streams;

  it('store each event as it comes, and say how they stand', async () => {
    const kit = await newStream(3);
    await streams.kafka.send(kit.topic, eventsOf(0, 30, 3));
    read();
    await stored(kit, 30);
    await streams.kafka.send(kit.topic, eventsOf(30, 3, 3));
    await stored(kit, 33);
    const told = await eventually('a status', async () => {
      const now = await status(kit);
      return now?.state === 'following' && now.lag === 0 && now.eventsPerSecond > 0 && now;
    });
    expect(told).to.include({ partitions: 3, readers: 1, error: null, restarts: 0 });
    expect(told.lastEventAt).to.be.instanceOf(Date);
    const [day] = await kit.days();
    expect(day).to.include({ status: 'processing', rows_listed: 33, rows_imported: 33, items_listed: 3 });
  });

  it('end with their connector, and go on where they were when it is enabled again', async () => {
    const kit = await newStream(1);
    read();
    await streams.kafka.send(kit.topic, eventsOf(0, 5));
    await stored(kit, 5);
    await kit.enable(false);
    await eventually('the day closed', async () => (await kit.days())[0]?.status === 'success');
    await eventually('nobody reads it', async () => (await status(kit)) === undefined);
    await streams.kafka.send(kit.topic, eventsOf(5, 5));
    await kit.enable(true);
    await stored(kit, 10);
    const days = await kit.days();
    expect(days).to.have.length(1);
    expect(days[0]).to.include({ status: 'processing', rows_imported: 10, rows_duplicate: 0 });
  });

  it('begin with what comes from now on where they are told so', async () => {
    const kit = await newStream(2, { start_from: 'latest' });
    await streams.kafka.send(kit.topic, eventsOf(0, 10, 2));
    read();
    await eventually('following', async () => (await status(kit))?.state === 'following');
    await streams.kafka.send(kit.topic, eventsOf(10, 4, 2));
    await stored(kit, 4);
    expect((await kit.interactions())[0]).to.equal('C-000010');
  });

  it('are shared by two processes, the one of which is taken over when it ends', async () => {
    const kit = await newStream(4);
    const first = read();
    read();
    await eventually('both have partitions', async () => {
      const now = await status(kit);
      return now?.readers === 2 && now.partitions === 4 && now.state === 'following';
    });
    await streams.kafka.send(kit.topic, eventsOf(0, 400, 4));
    await stored(kit, 400);
    await first.stop();
    await streams.kafka.send(kit.topic, eventsOf(400, 40, 4));
    await stored(kit, 440);
    expect((await kit.days())[0]).to.include({ rows_listed: 440, rows_imported: 440, rows_duplicate: 0 });
  });

  it('take an event that was mended', async () => {
    const kit = await newStream(1);
    read();
    await streams.kafka.send(kit.topic, [
      { value: callEvent('A') },
      { value: '{"external_interaction_id":' },
      { value: callEvent('B') },
    ]);
    await stored(kit, 2);
    const [row] = await kit.select('SELECT id, raw FROM rejected_row WHERE account_id = ?', kit.accountId);
    expect(row?.raw).to.equal('{"external_interaction_id":');
    const rows = [{ rejectedRowId: row?.id as number, raw: callEvent('M') }];
    expect(await replayRows(streams.services, kit.accountId, rows, 'ann')).to.include({ imported: 1, rejected: 0 });
    expect(await replayRows(streams.services, kit.accountId, rows, 'ann')).to.include({ imported: 0, duplicate: 1 });
    expect(await kit.interactions()).to.deep.equal(['A', 'B', 'M']);
    const found = await kit.select(
      "SELECT source_line FROM interaction WHERE external_id = 'M' AND account_id = ?",
      kit.accountId,
    );
    expect(found[0]?.source_line).to.equal(1);
  });

  it('are read again from the beginning when they are told to, and double nothing', async () => {
    const kit = await newStream(1);
    read();
    await streams.kafka.send(kit.topic, eventsOf(0, 10));
    await stored(kit, 10);
    await resetStream(streams.services, kit.accountId, kit.connectorName, 'earliest', openCluster);
    await eventually('all again', async () => (await kit.days())[0]?.rows_duplicate === 10);
    expect(await kit.interactions()).to.have.length(10);
  });

  function child(): ChildProcessWithoutNullStreams {
    const { config, ...settings } = settingsOf(streams.services);
    const input = { ...settings, config: { ...config, logLevel: 'debug' } };
    return spawn(process.execPath, [program, JSON.stringify(input)]);
  }

  /** Ends the process without a warning once it has said so often that events are stored. */
  async function killAfter(running: ChildProcessWithoutNullStreams, batches: number): Promise<void> {
    const gone = once(running, 'close');
    let count = 0;
    for await (const line of createInterface(running.stderr))
      if (line.includes('events stored') && ++count === batches) running.kill('SIGKILL');
    await gone;
    expect(running.signalCode).to.equal('SIGKILL');
  }

  it('have one effect for each event, however often their process is killed', async () => {
    const kit = await newStream(3);
    const all = eventsOf(0, 30_000, 3);
    for (let index = 500; index < all.length; index += 1_000)
      all[index] = { value: `no event ${index}`, partition: index % 3 };
    await streams.kafka.send(kit.topic, all.slice(0, 20_000));
    for (const batches of [1, 1]) await killAfter(child(), batches);
    await streams.kafka.send(kit.topic, all.slice(20_000));
    await killAfter(child(), 1);
    read();
    await stored(kit, 29_970);
    const [day] = await eventually('the counts', async () => {
      const days = await kit.days();
      return days[0]?.rows_listed >= 30_000 && days;
    });
    expect(day).to.include({
      rows_listed: 30_000,
      rows_imported: 29_970,
      rows_rejected: 30,
      rows_duplicate: 0,
      rows_updated: 0,
    });
    const rejected = await kit.select(
      'SELECT COUNT(DISTINCT raw) AS n, COUNT(*) AS all_rows FROM rejected_row WHERE account_id = ?',
      kit.accountId,
    );
    expect(rejected[0]).to.include({ n: 30, all_rows: 30 });
    const places = await kit.select(
      'SELECT SUM(next_offset) AS n FROM stream_position WHERE connector_id = ?',
      kit.connectorId,
    );
    expect(Number(places[0]?.n)).to.equal(30_000);
  });
});
