import { expect } from 'chai';
import type { ConnectorType, SourceItem } from '../../../../server/connectors/connector.ts';
import { runImport } from '../../../../server/pipeline/import/import.ts';
import type { ImportOutcome } from '../../../../server/pipeline/run.ts';
import type { Services } from '../../../../server/services.ts';
import { AppError, type ErrorCode } from '../../../../shared/error.ts';
import { testServices } from '../../../harness/services.ts';
import { folderSource } from './folder-source.ts';
import { type ImportKit, importKit, rowsOf } from './import-kit.ts';
import { claimRun, endExecution, startExecution } from './import-run.ts';

const none = { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 };
const itemPausesMs = [20, 80, 80, 80, 80];

interface Attempt {
  key: string;
  session: number;
  atMs: number;
}

interface Faults {
  /** What breaks the reading of an item off, after its first bytes, if anything does. */
  ofRead?(attempt: number, key: string): ErrorCode | undefined;
  /** What the opening of a session fails with; the first is 1. */
  ofSession?(session: number): ErrorCode | undefined;
}

/** The kit's folder behind a line that breaks; every attempt to read is noted. */
function behindBadLine({ connector }: ImportKit, { ofRead, ofSession }: Faults) {
  const attempts: Attempt[] = [];
  let sessions = 0;
  async function source(...args: Parameters<typeof folderSource.source>) {
    const session = ++sessions;
    const refused = ofSession?.(session);
    if (refused) throw new AppError(refused, 'The server cannot be reached.');
    const inner = await folderSource.source(...args);
    const read = async (item: SourceItem) => {
      attempts.push({ key: item.key, session, atMs: performance.now() });
      const code = ofRead?.(attempts.filter(({ key }) => key === item.key).length, item.key);
      const bytes = await inner.read(item);
      return code ? brokenOff(bytes, code) : bytes;
    };
    return { ...inner, read };
  }
  const type = { ...folderSource, source } as unknown as ConnectorType;
  return { attempts, connector: { ...connector, type } };
}

async function* brokenOff(bytes: AsyncIterable<Uint8Array>, code: ErrorCode): AsyncGenerator<Uint8Array> {
  for await (const first of bytes) {
    yield first.subarray(0, first.length / 2);
    throw new AppError(code, 'The line broke.');
  }
}

describe('an item that cannot be read for a moment', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  async function runWith(kit: ImportKit, faults: Faults): Promise<ImportOutcome & { attempts: Attempt[] }> {
    const { connector, attempts } = behindBadLine(kit, faults);
    const id = await startExecution(services, kit.accountId);
    const outcome = await runImport(await claimRun(services, connector, id), { itemPausesMs });
    await endExecution(services, id);
    return { ...outcome, attempts };
  }

  it('because its connection dropped is read in the same run, over a new connection, and nothing is said', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(10));
    kit.put('b.csv', rowsOf(12));
    const ofRead = (attempt: number, key: string) => (key === 'a.csv' && attempt === 1 ? 'connection_lost' : undefined);
    const { status, note, counts, items, attempts } = await runWith(kit, { ofRead });
    expect({ status, note }).to.deep.equal({ status: 'success', note: undefined });
    expect(counts).to.deep.equal({ ...none, listed: 22, imported: 12, duplicate: 10 });
    expect(items).to.deep.equal({ listed: 2, done: 2, unchanged: 0, waiting: 0, failed: 0 });
    expect(attempts.map(({ key, session }) => [key, session])).to.deep.equal([
      ['a.csv', 1],
      ['a.csv', 2],
      ['b.csv', 2],
    ]);
  });

  it('keeps its session where that was not lost', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(10));
    const { status, attempts } = await runWith(kit, {
      ofRead: (attempt) => (attempt < 3 ? 'http_unavailable' : undefined),
    });
    expect(status).to.equal('success');
    expect(attempts.map(({ session }) => session)).to.deep.equal([1, 1, 1]);
  });

  it('fails after as many attempts as there are pauses, and one', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(10));
    kit.put('b.csv', rowsOf(10));
    const { status, error, note, items, attempts } = await runWith(kit, {
      ofRead: (_attempt, key) => (key === 'a.csv' ? 'connection_lost' : undefined),
    });
    expect({ status, note, error }).to.deep.equal({
      status: 'partial_success',
      note: '1 of 2 items failed',
      error: { code: 'connection_lost', message: 'a.csv: The line broke.' },
    });
    expect(items).to.deep.equal({ listed: 2, done: 1, unchanged: 0, waiting: 0, failed: 1 });
    const [first = 0, second = 0, third = 0, ...others] = attempts.map(({ atMs }) => atMs);
    expect(others).to.have.length(4);
    expect(second - first).to.be.at.least(20);
    expect(third - second).to.be.at.least(80);
  });

  it('is tried again, too, where no new session can be had at once', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(10));
    const { status, attempts } = await runWith(kit, {
      ofRead: (attempt) => (attempt === 1 ? 'host_timeout' : undefined),
      ofSession: (session) => (session === 2 ? 'host_refused' : undefined),
    });
    expect(status).to.equal('success');
    expect(attempts.map(({ session }) => session)).to.deep.equal([1, 3]);
  });

  it('goes on behind the rows that an earlier attempt stored', async () => {
    const kit = await importKit(services);
    const rows = 100_000;
    kit.put('a.csv', rowsOf(rows));
    const id = await startExecution(services, kit.accountId);
    const stopped = await stopAfterFirstRows(kit, id);
    expect(stopped, 'rows stored before it was stopped').to.be.within(1, rows - 1);
    const { connector, attempts } = behindBadLine(kit, {
      ofRead: (attempt) => (attempt === 1 ? 'connection_lost' : undefined),
    });
    const { counts } = await runImport(await claimRun(services, connector, id), { itemPausesMs });
    expect(attempts).to.have.length(2);
    expect(counts).to.deep.equal({ ...none, listed: rows, imported: rows });
  });

  /** Runs until something is stored; gives how many rows. */
  async function stopAfterFirstRows(kit: ImportKit, id: Buffer): Promise<number> {
    const controller = new AbortController();
    const run = await claimRun(services, kit.connector, id, controller.signal);
    const { debug } = services.log;
    services.log.debug = (...args: unknown[]) => {
      if (args[1] === 'rows stored') controller.abort(new Error('stopped'));
    };
    const thrown = await runImport(run).then(
      () => undefined,
      (error: Error) => error.message,
    );
    services.log.debug = debug;
    expect(thrown).to.equal('stopped');
    return (await kit.interactions()).length;
  }

  for (const code of ['permission_denied', 'item_changed', 'rate_limited'] as const)
    it(`is not tried again in the same run after ${code}`, async () => {
      const kit = await importKit(services);
      kit.put('a.csv', rowsOf(10));
      const { attempts, items } = await runWith(kit, { ofRead: () => code });
      expect(attempts).to.have.length(1);
      expect(items.failed + items.waiting).to.equal(1);
    });

  it('makes nobody wait where one after the other cannot be read, until one can again', async () => {
    const kit = await importKit(services);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const name of names) kit.put(name, rowsOf(1));
    const { attempts, items } = await runWith(kit, {
      ofRead: (attempt, key) => (key === 'f' || (key === 'g' && attempt > 1) ? undefined : 'connection_lost'),
    });
    const countOf = (name: string) => attempts.filter(({ key }) => key === name).length;
    expect(names.map(countOf)).to.deep.equal([6, 3, 3, 1, 1, 1, 2]);
    expect(items).to.deep.include({ done: 2, failed: 5 });
  });

  it('is left at once when the run is stopped while it waits', async () => {
    const kit = await importKit(services);
    kit.put('a.csv', rowsOf(10));
    const controller = new AbortController();
    const { connector, attempts } = behindBadLine(kit, {
      ofRead() {
        setTimeout(() => controller.abort(new Error('stopped')), 50);
        return 'connection_lost';
      },
    });
    const id = await startExecution(services, kit.accountId);
    const run = await claimRun(services, connector, id, controller.signal);
    const thrown = await runImport(run, { itemPausesMs: [600_000] }).catch((error: Error) => error);
    expect(thrown).to.have.property('message', 'stopped');
    expect(attempts).to.have.length(1);
  });
});
