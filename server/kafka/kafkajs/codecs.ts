import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

/**
 * How producers compress. kafkajs brings gzip alone, and stops at the first event that came otherwise. Nothing is ever
 * compressed by us. What a batch unpacks to is limited, so that a small one cannot fill the memory.
 */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codec = (decompress: (packed: Buffer) => Buffer | Promise<Buffer>) => () => ({
    compress: () => Promise.reject(new Error('Events are sent as they are.')),
    decompress: async (packed: Buffer) => await decompress(packed),
  });
  CompressionCodecs[CompressionTypes.GZIP] = codec((packed) => unzip(packed, { maxOutputLength: mostBytes }));
  CompressionCodecs[CompressionTypes.Snappy] = codec(unsnappy);
  CompressionCodecs[CompressionTypes.LZ4] = codec(unlz4);
  CompressionCodecs[CompressionTypes.ZSTD] = codec(unzstd);
}

/** A broker takes batches of 1 MB as they come in, by default. */
const mostBytes = 256 * 1024 * 1024;
const unzip = promisify(gunzip);

function requireSmall(bytes: number): void {
  if (bytes > mostBytes) throw new Error(`a batch of events unpacks to more than ${mostBytes} bytes`);
}

/** Java's producer writes blocks behind this mark and two version numbers; others write one bare block. */
const snappyMark = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const snappyHeadBytes = 16;

/** The format of xerial's snappy-java: blocks, each behind its length as four bytes. */
function unsnappy(packed: Buffer): Buffer {
  if (!packed.subarray(0, snappyMark.length).equals(snappyMark)) return unsnappyBlock(packed, mostBytes);
  const parts: Buffer[] = [];
  let left = mostBytes;
  for (let at = snappyHeadBytes; at < packed.length; ) {
    const end = at + 4 + packed.readInt32BE(at);
    const part = unsnappyBlock(packed.subarray(at + 4, end), left);
    left -= part.length;
    parts.push(part);
    at = end;
  }
  return Buffer.concat(parts);
}

function unsnappyBlock(block: Buffer, most: number): Buffer {
  return Buffer.from(snappy.uncompress(block, most));
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
