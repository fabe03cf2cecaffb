import { expect } from 'chai';
import type { RecordingRef, SourceItem, SourceSession } from '../../../server/connectors/connector.ts';
import { eventually } from '../../harness/eventually.ts';
import type { CallsSetup } from './calls-contract.ts';
import { hoursAgo } from './calls-fixture.ts';
import { settledHeapBytes } from './calls-heap.ts';
import { collect, needed, openSource, rejects } from './contract-kit.ts';

type Json = Record<string, unknown>;

const manyCalls = 20_000;
/** What a flat reading may leave behind between its tenth and its end: caches that fill, compiled code. */
const growthBytesMost = 1.5 * 1024 ** 2;

/** What is read of a call API: every call once, whole pages or a failure, within limits. */
export function callsReadContract({ type, fixture, system, tryMany }: CallsSetup): void {
  const withSource = async <T>(use: (source: SourceSession) => Promise<T>, config = system().config()): Promise<T> => {
    await using source = await openSource(type, config);
    return await use(source);
  };

  it('gives each ended call once, in canonical fields, and no call that is still going on', async () => {
    system().addCalls([
      { id: 'read-1', startedAt: hoursAgo(3), durationSeconds: 42 },
      { id: 'read-2', startedAt: hoursAgo(2) },
      { id: 'read-live', startedAt: hoursAgo(1), isLive: true },
    ]);
    const rows = await withSource(readRows);
    expect(rows.map((row) => row.external_interaction_id).sort()).to.deep.equal(['read-1', 'read-2']);
    const row = rows.find(({ external_interaction_id }) => external_interaction_id === 'read-1');
    expect(row).to.include({ channel_type: 'VOICE' });
    expect(Number(row?.duration_seconds)).to.equal(42);
    expect(row?.interaction_start_time).to.match(/(Z|[+-]\d\d:\d\d)$/);
    const startedMs = Date.parse(String(row?.interaction_start_time));
    expect(Math.abs(startedMs - hoursAgo(3).getTime())).to.be.lessThan(60_000);
    expect(row?.audio_url)
      .to.be.a('string')
      .and.not.match(/^[a-z][a-z0-9+.-]*:\/\//i);
  });

  it('a system without calls gives items without rows', async () => {
    expect(await withSource(readRows)).to.deep.equal([]);
  });

  it('each listing of a day that is not over gives it another version, in order of key', async () => {
    const first = await withSource(collect);
    // Versions tell milliseconds apart, and a fast machine lists twice within one.
    const listedAtMs = Date.now();
    await eventually('a later moment', () => Date.now() > listedAtMs);
    const second = await withSource(collect);
    expect(first.map(({ key }) => key)).to.deep.equal(first.map(({ key }) => key).sort());
    expect(first.at(-1)?.key).to.equal(second.at(-1)?.key);
    expect(first.at(-1)?.version).not.to.equal(second.at(-1)?.version);
  });

  it('a backfill lists the days of its range alone', async () => {
    const range = { from: hoursAgo(72), to: hoursAgo(48) };
    const items = await withSource((source) => collectRange(source, range));
    expect(items.length).to.be.oneOf([1, 2]);
  });

  it('a wrong credential, a refused port and a system that stands still are failures, never an empty list', async () => {
    await rejects(withSource(readRows, system().wrongCredential()), 'sign_in_refused');
    await rejects(withSource(readRows, system().refused()), 'host_refused');
    system().freeze();
    const impatient = async () => {
      await using source = await openSource(fixture.withTimeout(200), system().config());
      return await readRows(source);
    };
    await rejects(impatient(), 'host_timeout');
  });

  it('an abort ends the wait for a system that stands still', async () => {
    const stop = new AbortController();
    await using source = await openSource(type, system().config(), { signal: stop.signal });
    system().freeze();
    setTimeout(() => stop.abort(), 50);
    await rejects(readRows(source), 'cancelled');
  });

  it('an answer that is cut in the middle is a failure, never a short success', async () => {
    system().addCalls(250);
    await withSource(async (source) => {
      const items = await collect(source);
      system().dropMiddle();
      const failures: unknown[] = [];
      for (const item of items) await rowsOf(source, item).catch((error: unknown) => failures.push(error));
      expect(failures).to.have.length(1);
      await rejects(Promise.reject(failures[0]), 'connection_lost', 'protocol_error', 'http_unavailable');
    });
    expect(await withSource(readRows)).to.have.length(250);
  });

  it('too many requests are waited for as long as Retry-After says', async function () {
    const refuseNext = needed(system().refuseNext, 'this system has no limit', this);
    system().addCalls([{ id: 'limited-1', startedAt: hoursAgo(2) }]);
    refuseNext(1, 1);
    const started = performance.now();
    expect(await withSource(readRows)).to.have.length(1);
    expect(performance.now() - started).to.be.greaterThan(950);
  });

  if (tryMany)
    it(`${manyCalls.toLocaleString('en')} calls are read in flat memory`, async () => {
      system().addCalls(manyCalls);
      await withSource(async (source) => {
        let rows = 0;
        let early = 0;
        for (const item of await collect(source))
          for await (const bytes of await source.read(item)) {
            const before = rows;
            rows += newlinesIn(bytes);
            if (before < manyCalls / 10 && rows >= manyCalls / 10) early = settledHeapBytes();
          }
        expect(rows).to.equal(manyCalls);
        expect(settledHeapBytes() - early).to.be.lessThan(growthBytesMost);
      });
    });

  it('gives a recording whole, and says of one that is late that it will come', async () => {
    system().addCalls([
      { id: 'heard-1', startedAt: hoursAgo(1) },
      { id: 'heard-late', startedAt: hoursAgo(0.5), recording: 'late' },
    ]);
    await withSource(async (source) => {
      const refs = await referencesOf(source);
      const late = refs.get('heard-late');
      expect((await recording(source, refs.get('heard-1'))).equals(system().audio())).to.equal(true);
      await rejects(recording(source, late), 'recording_not_yet');
      system().recordingArrives('heard-late');
      expect((await recording(source, late)).equals(system().audio())).to.equal(true);
    });
  });

  it('many recordings may be asked for at once', async () => {
    system().addCalls(Array.from({ length: 30 }, (_, i) => ({ id: `many-${i}`, startedAt: hoursAgo(1) })));
    await withSource(async (source) => {
      const refs = [...(await referencesOf(source)).values()];
      const all = await Promise.all(refs.map((ref) => recording(source, ref)));
      expect(all).to.have.length(30);
      expect(all.every((audio) => audio.equals(system().audio()))).to.equal(true);
    });
  });
}

async function collectRange(source: SourceSession, range: { from: Date; to: Date }): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of source.list({ range })) items.push(item);
  return items;
}

/** Every row of every item that is ready. */
async function readRows(source: SourceSession): Promise<Json[]> {
  const rows: Json[] = [];
  for await (const item of source.list()) if (item.readiness === 'ready') rows.push(...(await rowsOf(source, item)));
  return rows;
}

async function rowsOf(source: SourceSession, item: SourceItem): Promise<Json[]> {
  const parts: Buffer[] = [];
  for await (const bytes of await source.read(item)) parts.push(Buffer.from(bytes));
  const lines = Buffer.concat(parts).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Json);
}

function newlinesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

async function referencesOf(source: SourceSession): Promise<Map<string, RecordingRef>> {
  const refs = new Map<string, RecordingRef>();
  for (const item of await collect(source))
    for (const row of await rowsOf(source, item))
      refs.set(String(row.external_interaction_id), { path: String(row.audio_url), itemKey: item.key });
  return refs;
}

async function recording(source: SourceSession, ref: RecordingRef | undefined): Promise<Buffer> {
  if (!ref || !source.recording) throw new Error('there is no such recording to ask for');
  const parts: Buffer[] = [];
  for await (const bytes of await source.recording(ref)) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}
