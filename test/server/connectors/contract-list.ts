import '../../../server/heap.ts';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { SourceItem } from '../../../server/connectors/connector.ts';
import { ability, collect, itemOf, needed, openSource, rejects, type Setup } from './contract-kit.ts';

type Json = Record<string, unknown>;

const content = Buffer.from('a\n1\n');
const manyItems = 40_000;
const heapGrowthBytes = 1.5 * 2 ** 20;

/** Files that are offered, and those that wait, are told as they lie there, however many there are. */
export function listContract({ type, system, tryMany }: Setup): void {
  const listed = async (config: Json): Promise<Map<string, SourceItem>> => {
    await using source = await openSource(type, config);
    return new Map((await collect(source)).map((item) => [item.key, item]));
  };
  const place = async (name: string, names: string[], more: Json = {}): Promise<Map<string, SourceItem>> => {
    const config = await system().below(name, more);
    for (const each of names) await system().write(`${name}/${each}`, content);
    return await listed(config);
  };
  const ready = (items: Map<string, SourceItem>) =>
    [...items.values()].flatMap(({ key, readiness }) => (readiness === 'ready' ? [key] : [])).sort();

  it('lists CSV files, plain and packed, and nothing else', async () => {
    const offered = ['a.CSV', 'b.csv', 'c.csv.gz', 'd.zip'];
    const others = ['.e.csv', 'f.txt', 'g.wav', 'h.ndjson', 'i.gz', 'j.part', 'k.csv.done'];
    const items = await place('names', [...offered, ...others]);
    expect([...items.keys()].sort()).to.deep.equal(offered);
    expect(ready(items)).to.deep.equal(offered);
  });

  it('lists NDJSON files where the connector reads those', async () => {
    const offered = ['a.ndjson', 'b.jsonl', 'c.ndjson.gz', 'd.zip'];
    const items = await place('ndjson', [...offered, 'e.csv', 'f.json'], { file_format: 'ndjson' });
    expect(ready(items)).to.deep.equal(offered);
  });

  it('does not look into places below', async function () {
    needed(system().lacks?.flatPlaces === undefined ? true : undefined, system().lacks?.flatPlaces ?? '', this);
    await system().below('outer');
    await system().below('outer/inner');
    await system().write('outer/inner/deep.csv', content);
    expect([...(await place('outer', ['top.csv'])).keys()]).to.deep.equal(['top.csv']);
  });

  it('tells size and time of each', async () => {
    const before = Date.now();
    const item = (await place('told', ['a.csv'])).get('a.csv');
    expect(item).to.include({ size: content.length, readiness: 'ready' });
    expect(Math.abs((item?.modifiedAt?.getTime() ?? 0) - before)).to.be.lessThan(60_000);
  });

  it('a file with a name for unfinished uploads waits and says why', async () => {
    const unfinished = ['a.csv.part', 'b.csv.filepart', 'c.csv.tmp', 'd.csv~', 'e.csv.gz.part'];
    const items = await place('unfinished', [...unfinished, 'ready.csv']);
    expect(ready(items)).to.deep.equal(['ready.csv']);
    for (const name of unfinished)
      expect(items.get(name)?.readiness, name).to.deep.equal({ waiting: `still being uploaded: ${name}` });
  });

  it('with done markers, a file waits for its own', async () => {
    const names = ['a.csv', 'a.csv.done', 'b.csv', 'c.csv.gz', 'c.csv.gz.done', 'd.csv.done'];
    const items = await place('markers', names, { done_marker: '.done' });
    expect([...items.keys()].sort()).to.deep.equal(['a.csv', 'b.csv', 'c.csv.gz']);
    expect(ready(items)).to.deep.equal(['a.csv', 'c.csv.gz']);
    expect(items.get('b.csv')?.readiness).to.deep.equal({ waiting: 'waits for b.csv.done' });
    await system().write('markers/b.csv.done', new Uint8Array(0));
    expect(ready(await place('markers', [], { done_marker: '.done' }))).to.include('b.csv');
  });

  it('another content or another time is another version; the same is the same', async () => {
    const version = async () => (await listed(await system().below('versions'))).get('a.csv')?.version;
    await system().below('versions');
    await system().write('versions/a.csv', content);
    const first = await version();
    expect(first)
      .to.be.a('string')
      .and.to.equal(await version());
    await system().write('versions/a.csv', Buffer.from('a\n22\n'));
    expect(await version()).not.to.equal(first);
  });

  it('a place that is not there is a failure, never an empty list', async () => {
    await rejects(listed(system().nowhere()), 'path_missing', 'not_found');
  });

  if (tryMany)
    it(`${manyItems.toLocaleString('en')} items are listed in flat memory`, async function () {
      const many = ability(system(), 'many', 'this system cannot hold so many', this);
      await using source = await openSource(type, await many(manyItems));
      const collectGarbage = runInNewContext('gc') as () => void;
      const heapBytes = () => {
        collectGarbage();
        return process.memoryUsage().heapUsed;
      };
      let count = 0;
      let early = 0;
      for await (const { readiness } of source.list()) {
        count += readiness === 'ready' ? 1 : 0;
        if (count === manyItems / 10) early = heapBytes();
        if (count === manyItems - 100) expect(heapBytes() - early).to.be.lessThan(heapGrowthBytes);
      }
      expect(count).to.equal(manyItems);
    });

  it('an abort ends the wait for a system that stands still, and closing does not hang', async function () {
    const freeze = ability(system(), 'freeze', 'this system cannot stand still', this);
    const stop = new AbortController();
    const source = await openSource(type, system().config(), { signal: stop.signal });
    try {
      freeze();
      const listing = itemOf(source, 'a.csv');
      setTimeout(() => stop.abort(), 50);
      await rejects(listing, 'cancelled');
      await source[Symbol.asyncDispose]();
    } finally {
      system().thaw?.();
    }
  });
}
