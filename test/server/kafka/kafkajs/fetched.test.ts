import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type FetchedEvents, mostBytesAtOnce, readFetched } from '../../../../server/kafka/kafkajs/fetched.ts';

interface BatchOptions {
  codec?: number;
  count?: number;
  isControl?: boolean;
}

const headBytes = 61;

/** The sign is the lowest bit; seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function record(offsetDelta: number, value: Buffer): Buffer {
  const head = [0, ...varint(0), ...varint(offsetDelta), ...varint(-1), ...varint(value.length)];
  return Buffer.concat([Buffer.from([...varint(head.length + value.length + 1), ...head]), value, Buffer.from([0])]);
}

/** A batch of the format of today. */
function batch(firstOffset: number, records: Buffer, { codec = 0, count = 1, isControl = false }: BatchOptions = {}) {
  const head = Buffer.alloc(headBytes);
  head.writeBigInt64BE(BigInt(firstOffset), 0);
  head.writeInt32BE(headBytes - 12 + records.length, 8);
  head.writeInt8(2, 16);
  head.writeInt16BE(codec | (isControl ? 0x20 : 0), 21);
  head.writeInt32BE(count - 1, 23);
  head.writeBigInt64BE(-1n, 43);
  head.writeInt32BE(count, 57);
  return Buffer.concat([head, records]);
}

function read(...batches: Buffer[]): Promise<FetchedEvents> {
  const records = Buffer.concat(batches);
  return readFetched({ partition: 0, lastStableOffset: 100, abortedTransactions: [], records }, 0);
}

const good = record(0, Buffer.from('good'));

describe('what a fetch has brought', () => {
  const damages: Record<string, Buffer> = {
    'a record that is cut': batch(1, good.subarray(0, -3)),
    'a record of no length': batch(1, Buffer.from([...varint(0), ...good.subarray(1)])),
    'a record of less than no length': batch(1, Buffer.from([...varint(-5), ...good.subarray(1)])),
    'a value that is longer than its record': batch(
      1,
      Buffer.from([...good.subarray(0, 5), 0x7e, ...good.subarray(6)]),
    ),
    'fewer records than it says': batch(1, good, { count: 2 }),
    'a record that belongs elsewhere': batch(1, record(7, Buffer.from('x'))),
    'another codec than it says': batch(1, good, { codec: 1 }),
    'a codec that nobody knows': batch(1, good, { codec: 7 }),
    'packed bytes that are cut': batch(1, gzipSync(good).subarray(0, -4), { codec: 1 }),
    'no zstd': batch(1, good, { codec: 4 }),
    'no lz4': batch(1, good, { codec: 3 }),
    'no snappy': batch(1, good, { codec: 2 }),
  };
  for (const [what, damaged] of Object.entries(damages))
    it(`is read on after a batch with ${what}, which is told`, async () => {
      const after = 1 + damaged.readInt32BE(23) + 1;
      const { events, next } = await read(batch(0, good), damaged, batch(after, good));
      expect(next).to.equal(after + 1);
      expect(events.map(({ offset }) => offset)).to.deep.equal([0, 1, after]);
      expect(events.map(({ value }) => value && String(value))).to.deep.equal(['good', null, 'good']);
      expect(events[1]?.unreadable)
        .to.contain(`offsets 1 to ${after - 1}`)
        .and.to.contain('cannot be read');
    });

  it('is read on after a mark of a transaction that is damaged', async () => {
    const { events, next } = await read(batch(0, Buffer.from([1]), { isControl: true }), batch(1, good));
    expect([events.map(({ offset }) => offset), next]).to.deep.equal([[1], 2]);
  });

  it('is refused where a batch says of itself that it ends before it begins', async () => {
    const broken = batch(0, good);
    broken.writeInt32BE(-20, 8);
    const failure = await read(broken).catch((error: Error) => error);
    expect(failure).to.be.instanceOf(Error).with.property('message').that.contains('damaged');
  });

  it('is read no further when its batches have unpacked to enough', async () => {
    const large = gzipSync(record(0, Buffer.alloc(mostBytesAtOnce / 4)));
    const all = Array.from({ length: 9 }, (_, i) => batch(i, large, { codec: 1 }));
    const { events, next } = await read(...all);
    expect([events.length, next]).to.deep.equal([4, 4]);
  });
});
