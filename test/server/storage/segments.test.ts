import { randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { openStorage } from '../../../server/storage/open.ts';
import {
  appendSegment,
  readSegments,
  removeSegments,
  type Segment,
  sizeOfSegments,
} from '../../../server/storage/segments.ts';
import { scratchFolder } from '../../harness/folders.ts';

describe('objects in segments', () => {
  const storage = openStorage(pathToFileURL(scratchFolder('segments')).href, randomBytes(32));
  const content = randomBytes(1_000_000);

  async function store(): Promise<Segment[]> {
    const segments: Segment[] = [];
    for (const [i, [from, to]] of [
      [0, 10],
      [10, 400_000],
      [400_000, 1_000_000],
    ].entries()) {
      const { segment } = await appendSegment(storage, `s/${i}`, pieces(content.subarray(from, to)));
      if (segment) segments.push(segment);
    }
    return segments;
  }

  async function read(segments: Segment[], start?: number): Promise<Buffer> {
    const read: Uint8Array[] = [];
    for await (const piece of readSegments(storage, segments, start)) read.push(Buffer.from(piece));
    return Buffer.concat(read);
  }

  it('read as one, from anywhere', async () => {
    const segments = await store();
    expect(sizeOfSegments(segments)).to.equal(content.length);
    for (const start of [0, 9, 10, 399_999, 999_999, 1_000_000])
      expect((await read(segments, start)).equals(content.subarray(start)), `from ${start}`).to.equal(true);
  });

  it('keep what came before a stream broke off, and nothing where nothing came', async () => {
    const broken = await appendSegment(storage, 's/broken', breaking(content.subarray(0, 5000)));
    expect(broken.segment).to.deep.equal({ key: 's/broken', size: 5000 });
    expect((broken.failure as Error).message).to.equal('the line was cut');
    expect((await read([{ key: 's/broken', size: 5000 }])).equals(content.subarray(0, 5000))).to.equal(true);
    expect(await appendSegment(storage, 's/none', pieces(Buffer.alloc(0)))).to.deep.equal({ segment: undefined });
  });

  it('may count less than is stored, but never more', async () => {
    const [first, second] = await store();
    if (!first || !second) throw new Error('they were stored');
    const cut = [first, { ...second, size: 100 }];
    expect((await read(cut)).equals(content.subarray(0, 110))).to.equal(true);
    const failure = await read([{ ...first, size: 11 }]).catch((error: { code: string }) => error);
    expect(failure).to.include({ code: 'sealed_data_damaged' });
  });

  it('are removed together', async () => {
    const segments = await store();
    await removeSegments(storage, segments);
    await removeSegments(storage, segments);
    const failure = await storage.size('s/0').catch((error: { code: string }) => error);
    expect(failure).to.include({ code: 'not_found' });
  });
});

async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 70_000) yield content.subarray(at, at + 70_000);
}

async function* breaking(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content;
  throw new Error('the line was cut');
}
