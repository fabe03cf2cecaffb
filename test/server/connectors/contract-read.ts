import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { SourceItem, SourceSession } from '../../../server/connectors/connector.ts';
import { ability, itemOf, openSource, readAll, rejects, type Setup } from './contract-kit.ts';

/** What is read is the whole of what was listed, or a failure. */
export function readContract({ type, system }: Setup): void {
  const withSource = async <T>(use: (source: SourceSession) => Promise<T>): Promise<T> => {
    await using source = await openSource(type, system().config());
    return await use(source);
  };

  it('reads the very bytes of an item', async () => {
    const content = randomBytes(3_000_000);
    await system().write('large.csv', content);
    const read = await withSource(async (source) => readAll(source, await itemOf(source, 'large.csv')));
    expect(read.equals(content)).to.equal(true);
  });

  it('an empty file is an item without bytes', async () => {
    await system().write('empty.csv', new Uint8Array(0));
    const read = await withSource(async (source) => readAll(source, await itemOf(source, 'empty.csv')));
    expect(read).to.have.length(0);
  });

  it('an item that was changed since it was listed is not read', async () => {
    await system().write('changed.csv', Buffer.from('a\n1\n'));
    await withSource(async (source) => {
      const item = await itemOf(source, 'changed.csv');
      await system().write('changed.csv', Buffer.from('a\n1\n2\n'));
      await rejects(readAll(source, item), 'item_changed');
    });
  });

  it('an item that grows while it is read fails, it does not end early', async function () {
    const append = ability(system(), 'append', 'files of this system do not grow', this);
    await system().write('grows.csv', randomBytes(5_000_000));
    await withSource(async (source) => {
      const stream = await source.read(await itemOf(source, 'grows.csv'));
      const reading = (async () => {
        let length = 0;
        for await (const bytes of stream) {
          if (length === 0) await append('grows.csv', Buffer.from('x'));
          length += bytes.length;
        }
      })();
      await rejects(reading, 'item_changed');
    });
  });

  it('an item that is cut short while it is read fails, it does not end early', async function () {
    const truncate = ability(system(), 'truncate', 'files of this system do not shrink', this);
    await system().write('shrinks.csv', randomBytes(40_000_000));
    await withSource(async (source) => {
      const stream = await source.read(await itemOf(source, 'shrinks.csv'));
      const reading = (async () => {
        let length = 0;
        for await (const bytes of stream) {
          if (length === 0) await truncate('shrinks.csv', 1_000_000);
          length += bytes.length;
        }
      })();
      await rejects(reading, 'item_changed');
    });
    await truncate('shrinks.csv', 0);
  });

  it('a connection that is cut in the middle is a failure, and the next read works', async function () {
    const cut = ability(system(), 'cut', 'this system has no connections', this);
    const content = randomBytes(40_000_000);
    await system().write('cut.csv', content);
    await withSource(async (source) => {
      const item = await itemOf(source, 'cut.csv');
      const stream = await source.read(item);
      const reading = (async () => {
        let length = 0;
        for await (const bytes of stream) {
          if (length === 0) cut();
          length += bytes.length;
        }
      })();
      await rejects(reading, 'connection_lost', 'http_unavailable', 'host_timeout');
    });
    // Over another conversation: whether one survives its connections is each type's own matter.
    const read = await withSource(async (source) => readAll(source, await itemOf(source, 'cut.csv')));
    expect(read.equals(content)).to.equal(true);
    await system().write('cut.csv', new Uint8Array(0));
  });

  it('an item that is gone says that it is missing', async () => {
    await withSource(async (source) => {
      const item: SourceItem = { key: 'gone.csv', version: '1-1', size: 1, readiness: 'ready' };
      await rejects(readAll(source, item), 'path_missing');
    });
  });

  it('a reader that leaves early harms nobody', async () => {
    await system().write('left.csv', randomBytes(5_000_000));
    await withSource(async (source) => {
      const item = await itemOf(source, 'left.csv');
      for (let i = 0; i < 20; i++) for await (const bytes of await source.read(item)) if (bytes.length > 0) break;
      expect(await readAll(source, item)).to.have.length(5_000_000);
    });
  });

  it('an abort ends a read', async () => {
    await system().write('aborted.csv', randomBytes(20_000_000));
    const stop = new AbortController();
    await using source = await openSource(type, system().config(), { signal: stop.signal });
    const stream = await source.read(await itemOf(source, 'aborted.csv'));
    const reading = (async () => {
      for await (const bytes of stream) if (bytes.length > 0) stop.abort();
    })();
    await rejects(reading, 'cancelled');
    await system().write('aborted.csv', new Uint8Array(0));
  });
}
