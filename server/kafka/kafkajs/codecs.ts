import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

/** So that a small batch cannot fill the memory: a broker takes batches of 1 MB as they come in, by default. */
export const mostUnpackedBytes = 256 * 1024 * 1024;

/** It unpacks to more than `mostUnpackedBytes`. */
export class TooLargeBatch extends Error {}

/** Unpacks what producers have compressed, by the number that Kafka gives their codec. Nothing is ever compressed by us. */
export async function unpack(codec: number, packed: Buffer): Promise<Buffer> {
  switch (codec) {
    case 0:
      return packed;
    case 1:
      return await ungzip(packed);
    case 2:
      return unsnappy(packed);
    case 3:
      return unlz4(packed);
    case 4:
      return unzstd(packed);
    default:
      throw new Error(`events were compressed by the codec ${codec}, which is unknown`);
  }
}

const unzip = promisify(gunzip);

function requireSmall(bytes: number): void {
  if (bytes > mostUnpackedBytes)
    throw new TooLargeBatch(`a batch of events unpacks to more than ${mostUnpackedBytes} bytes`);
}

async function ungzip(packed: Buffer): Promise<Buffer> {
  try {
    return await unzip(packed, { maxOutputLength: mostUnpackedBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') requireSmall(Number.POSITIVE_INFINITY);
    throw error;
  }
}

/** Java's producer writes blocks behind this mark and two version numbers; others write one bare block. */
const snappyMark = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const snappyHeadBytes = 16;

/** The format of xerial's snappy-java: blocks, each behind its length as four bytes. */
function unsnappy(packed: Buffer): Buffer {
  const blocks: Buffer[] = [];
  if (!packed.subarray(0, snappyMark.length).equals(snappyMark)) blocks.push(packed);
  else
    for (let at = snappyHeadBytes; at < packed.length; ) {
      const end = at + 4 + packed.readInt32BE(at);
      blocks.push(packed.subarray(at + 4, end));
      at = end;
    }
  requireSmall(blocks.reduce((bytes, block) => bytes + snappyLength(block), 0));
  return Buffer.concat(blocks.map((block) => snappy.uncompress(block)));
}

/** A block begins with the length that it unpacks to, seven bits a byte, the lowest first. */
function snappyLength(block: Buffer): number {
  let length = 0;
  for (const [index, byte] of block.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * 0x80 ** index;
    if (byte < 0x80) break;
  }
  return length;
}

function unlz4(packed: Buffer): Buffer {
  requireSmall(lz4.decompressBound(packed));
  return Buffer.from(lz4.decompress(packed));
}

function unzstd(packed: Buffer): Buffer {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const stream = new Decompress((part) => {
    bytes += part.length;
    requireSmall(bytes);
    parts.push(part);
  });
  stream.push(packed, true);
  return Buffer.concat(parts);
}
