import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type {
  ConnectorContext,
  ConnectorType,
  DeliveryPart,
  SinkSession,
  SourceItem,
  SourceSession,
} from '../../../server/connectors/connector.ts';
import { openLog } from '../../../server/log.ts';
import { openEgress } from '../../../server/security/egress.ts';
import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import type { ConnectorFixture, OutsideSystem } from './fixture.ts';

type Json = Record<string, unknown>;

/** What every connector type promises, tried on a real system of its kind. */
export function connectorContract(type: ConnectorType, { variants }: ConnectorFixture): void {
  for (const { name, start } of variants)
    describe(`${type.id} by ${name}`, () => {
      let system: OutsideSystem;
      before(async () => {
        system = await start();
      });
      after(() => system.stop());
      const setup: Setup = { type, system: () => system };
      checkContract(setup);
      if (type.source) sourceContract(setup);
      if (type.sink) sinkContract(setup);
      // Last: afterwards the configurations from before do not fit any more.
      identityContract(setup);
    });
}

interface Setup {
  type: ConnectorType;
  system: () => OutsideSystem;
}

function checkContract({ type, system }: Setup): void {
  it('a check with a good configuration passes every step', async () => {
    for (const direction of type.directions) {
      const steps = await check(type, system().config(), direction);
      expect(steps.filter(({ ok }) => !ok)).to.deep.equal([]);
      expect(steps.map(({ name }) => name)).to.include(direction === 'export' ? 'write' : 'list');
    }
  });

  it('a check leaves nothing behind', async () => {
    const before = system().files();
    await check(type, system().config(), 'export');
    expect(system().files()).to.deep.equal(before);
  });

  it('a check shows the first files', async () => {
    for (const name of ['1.csv', '2.csv', '3.csv', '4.csv']) system().write(name, Buffer.from('a\n1\n'));
    const steps = await check(type, system().config(), 'import');
    const shown = steps.find(({ name }) => name === 'list')?.details?.files;
    expect(shown).to.deep.equal(['1.csv', '2.csv', '3.csv']);
  });

  it('a check with a wrong credential ends at the sign-in and names the field', async () => {
    const last = (await check(type, system().wrongCredential(), 'import')).at(-1);
    expect(last).to.include({ name: 'sign_in', ok: false });
    expect(last?.details?.code).to.equal('sign_in_refused');
    expect(last?.details?.field).to.match(/^credential\./);
  });

  it('a check of a refused port says so', async () => {
    const last = (await check(type, system().refused(), 'import')).at(-1);
    expect(last).to.include({ name: 'reach', ok: false });
    expect(last?.details?.code).to.equal('host_refused');
    expect(last?.message).to.match(/refused the connection/);
  });

  it('a check of an address in a private network is blocked unless it is allowed', async () => {
    const steps = await check(type, system().config(), 'import', { egress: openEgress([]) });
    expect(steps.at(-1)).to.include({ name: 'reach', ok: false });
    expect(steps.at(-1)?.details?.code).to.equal('egress_blocked');
  });
}

function sourceContract({ type, system }: Setup): void {
  const withSource = async <T>(use: (source: SourceSession) => Promise<T>, more: Json = {}): Promise<T> => {
    await using source = await openSource(type, system().config(more));
    return await use(source);
  };

  it('lists complete CSV files alone, in order', async () => {
    for (const name of ['b.csv', 'a.CSV', 'c.csv.part', 'd.csv.filepart', 'e.csv.tmp', 'f.csv~', '.g.csv', 'h.txt'])
      system().write(name, Buffer.from('a\n1\n'));
    const keys = (await withSource(collect)).map(({ key }) => key);
    expect(keys).to.include.members(['a.CSV', 'b.csv']);
    expect(keys.filter((key) => /part|tmp|~|^\.|txt/.test(key))).to.deep.equal([]);
    expect(keys).to.deep.equal([...keys].sort());
  });

  it('reads the very bytes of an item', async () => {
    const content = randomBytes(3_000_000);
    system().write('large.csv', content);
    const read = await withSource(async (source) => readAll(source, await itemOf(source, 'large.csv')));
    expect(read.equals(content)).to.equal(true);
  });

  it('an empty file is an item without bytes', async () => {
    system().write('empty.csv', new Uint8Array(0));
    const read = await withSource(async (source) => readAll(source, await itemOf(source, 'empty.csv')));
    expect(read).to.have.length(0);
  });

  it('an item that somebody is still writing waits', async () => {
    system().write('slow.csv', Buffer.from('a\n'));
    const writing = setInterval(() => system().append('slow.csv', Buffer.from('1\n')), 20);
    try {
      const item = await withSource((source) => itemOf(source, 'slow.csv'), { stable_seconds: 0.3 });
      expect(item.readiness).to.deep.equal({ waiting: 'still being written' });
    } finally {
      clearInterval(writing);
    }
    const item = await withSource((source) => itemOf(source, 'slow.csv'), { stable_seconds: 0.3 });
    expect(item.readiness).to.equal('ready');
  });

  it('an item that was changed since it was listed is not read', async () => {
    system().write('changed.csv', Buffer.from('a\n1\n'));
    await withSource(async (source) => {
      const item = await itemOf(source, 'changed.csv');
      system().append('changed.csv', Buffer.from('2\n'));
      await rejects(readAll(source, item), 'item_changed');
    });
  });

  it('an item that is cut short while it is read fails, it does not end early', async () => {
    system().write('cut.csv', randomBytes(40_000_000));
    await withSource(async (source) => {
      const stream = await source.read(await itemOf(source, 'cut.csv'));
      const reading = (async () => {
        let length = 0;
        for await (const bytes of stream) {
          if (length === 0) system().truncate('cut.csv', 1_000_000);
          length += bytes.length;
        }
        return length;
      })();
      await rejects(reading, 'item_changed');
    });
    system().truncate('cut.csv', 0);
  });

  it('an item that is gone says that it is missing', async () => {
    await withSource(async (source) => {
      const item: SourceItem = { key: 'gone.csv', version: '1-1', size: 1, readiness: 'ready' };
      await rejects(readAll(source, item), 'path_missing');
    });
  });

  it('a reader that leaves early harms nobody', async () => {
    system().write('left.csv', randomBytes(5_000_000));
    await withSource(async (source) => {
      const item = await itemOf(source, 'left.csv');
      for (let i = 0; i < 20; i++) for await (const bytes of await source.read(item)) if (bytes.length > 0) break;
      expect(await readAll(source, item)).to.have.length(5_000_000);
    });
  });

  it('a folder that is not there is a failure, never an empty list', async () => {
    const opening = withSource(collect, { directory: `${String(system().config().directory)}/nowhere` });
    await rejects(opening, 'path_missing');
  });

  it('an abort ends a read at once', async () => {
    system().write('aborted.csv', randomBytes(20_000_000));
    const stop = new AbortController();
    await using source = await openSource(type, system().config(), { signal: stop.signal });
    const stream = await source.read(await itemOf(source, 'aborted.csv'));
    const reading = (async () => {
      for await (const bytes of stream) if (bytes.length > 0) stop.abort();
    })();
    const started = performance.now();
    await rejects(reading, 'cancelled');
    expect(performance.now() - started).to.be.lessThan(1000);
  });

  it('an abort ends the wait for a system that stands still, and closing does not hang', async () => {
    const stop = new AbortController();
    const source = await openSource(type, system().config(), { signal: stop.signal });
    try {
      system().freeze();
      const listing = collect(source);
      setTimeout(() => stop.abort(), 50);
      const started = performance.now();
      await rejects(listing, 'cancelled');
      await source[Symbol.asyncDispose]();
      expect(performance.now() - started).to.be.lessThan(2500);
    } finally {
      system().thaw();
    }
  });
}

function sinkContract({ type, system }: Setup): void {
  const deliver = async (part: DeliveryPart): Promise<void> => {
    await using sink = await openSink(type, system().config());
    const receipt = await sink.deliver(part);
    expect(receipt.byteSize).to.equal(part.byteSize);
    expect(receipt.location).to.contain(part.fileName);
  };

  it('delivers a part whole', async () => {
    const content = randomBytes(2_500_000);
    await deliver(partOf('report.csv', content));
    expect(Buffer.from(system().content('report.csv')).equals(content)).to.equal(true);
  });

  it('delivering twice leaves one file', async () => {
    const before = system().files().length;
    for (const text of ['one', 'one', 'another text']) await deliver(partOf('twice.csv', Buffer.from(text)));
    expect(Buffer.from(system().content('twice.csv')).toString()).to.equal('another text');
    expect(system().files().length).to.equal(before + 1);
  });

  it('an empty part is delivered as an empty file', async () => {
    await deliver(partOf('nothing.csv', Buffer.alloc(0)));
    expect(system().content('nothing.csv')).to.have.length(0);
  });

  it('a delivery that breaks leaves neither a half file nor its remains, and the old one as it was', async () => {
    await deliver(partOf('broken.csv', Buffer.from('old')));
    const before = system().files();
    const part = partOf('broken.csv', randomBytes(1_000_000));
    const failing = {
      ...part,
      open: async () =>
        (async function* () {
          yield randomBytes(600_000);
          throw new AppError('sealed_data_damaged', 'the report cannot be read');
        })(),
    };
    await rejects(deliver(failing), 'sealed_data_damaged');
    expect(system().files()).to.deep.equal(before);
    expect(Buffer.from(system().content('broken.csv')).toString()).to.equal('old');
  });

  it('a part that is shorter than it should be is not delivered', async () => {
    const part = { ...partOf('short.csv', Buffer.from('abc')), byteSize: 4 };
    await rejects(deliver(part), 'protocol_error');
    expect(system().files()).not.to.include('short.csv');
  });
}

function identityContract({ type, system }: Setup): void {
  it('a system that became another one is refused, with both names', async function () {
    const { changeIdentity } = system();
    if (!changeIdentity) {
      console.log(`      not tried: systems of type ${type.id} cannot be told apart`);
      return this.skip();
    }
    const pinned = system().config();
    const now = await changeIdentity();
    const last = (await check(type, pinned, 'import')).at(-1);
    expect(last).to.include({ ok: false });
    expect(last?.details?.code).to.equal('host_key_changed');
    expect(last?.message).to.contain(now);
    expect(last?.message).to.contain(String(pinned.host_key));
    if (type.source) await rejects(openSource(type, pinned), 'host_key_changed');
  });
}

export function contextOf(more: Partial<ConnectorContext> = {}): ConnectorContext {
  return {
    signal: new AbortController().signal,
    egress: openEgress(['127.0.0.0/8']),
    log: openLog('silent'),
    timezone: 'Asia/Kolkata',
    pace: () => Promise.resolve(),
    inbox: () => Promise.reject(new AppError('not_found', 'There is no inbox here.')),
    ...more,
  };
}

export async function check(
  type: ConnectorType,
  config: Json,
  direction: Direction,
  more: Partial<ConnectorContext> = {},
): Promise<CheckStep[]> {
  const steps: CheckStep[] = [];
  for await (const step of type.check(type.config.parse(config), direction, contextOf(more))) steps.push(step);
  return steps;
}

async function openSource(
  type: ConnectorType,
  config: Json,
  more: Partial<ConnectorContext> = {},
): Promise<SourceSession> {
  if (!type.source) throw new Error(`${type.id} is no source`);
  return await type.source(type.config.parse(config), contextOf(more));
}

async function openSink(type: ConnectorType, config: Json): Promise<SinkSession> {
  if (!type.sink) throw new Error(`${type.id} is no sink`);
  return await type.sink(type.config.parse(config), contextOf());
}

async function collect(source: SourceSession): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of source.list()) items.push(item);
  return items;
}

async function itemOf(source: SourceSession, key: string): Promise<SourceItem> {
  const item = (await collect(source)).find((candidate) => candidate.key === key);
  if (!item) throw new Error(`${key} was not listed`);
  return item;
}

async function readAll(source: SourceSession, item: SourceItem): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  // A piece is valid only until the next one.
  for await (const bytes of await source.read(item)) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}

function partOf(fileName: string, content: Buffer): DeliveryPart {
  return {
    fileName,
    byteSize: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    open: async () =>
      (async function* () {
        for (let at = 0; at < content.length; at += 70_000) yield content.subarray(at, at + 70_000);
      })(),
  };
}

/** The promise fails with this code. */
export async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(AppError);
    const failure = error as AppError;
    expect(failure.code, failure.message).to.equal(code);
    return failure;
  }
  throw new Error(`did not fail, although ${code} was expected`);
}
