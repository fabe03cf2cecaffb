import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { collectYoungEvery } from '../../young-garbage.ts';

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zipMagic = Buffer.from('PK');
/** So many bytes of a file say whether it is packed. */
export const magicBytes = 4;

/** How much content is taken. */
export interface UnpackBounds {
  /** Of content that comes as it is. */
  plainBytes: number;
  /** Of content that comes packed, when it is unpacked. */
  unpackedBytes: number;
  /** How many times larger than it came. Small content may be packed as well as it likes. */
  ratio: number;
  /** What becomes of a ZIP archive: refused, or passed on as it is, to be unpacked where it can be read in any order. */
  zip: 'refused' | 'passed';
}

/** More than this many times its size is no table of calls: they pack to a tenth, seldom to a fiftieth. */
export const ratioMost = 200;
/** A disk's fill, not a file. */
export const unpackedBytesMost = 32 * 1024 ** 3;
/** What is unpacked comes in buffers that are dead at once. */
export const garbageBytes = 4 * 1024 * 1024;
/** Below this the ratio says nothing. */
const ratioFreeBytes = 16 * 1024 * 1024;

/** For what connectors read. */
export const itemBounds: UnpackBounds = {
  plainBytes: Number.POSITIVE_INFINITY,
  unpackedBytes: unpackedBytesMost,
  ratio: ratioMost,
  zip: 'passed',
};

/**
 * A file's content: unpacked where it came as gzip, which it is known by itself for. Throws `invalid` for a ZIP archive
 * where those are refused, for a gzip file that is damaged, and as soon as there is more content than is taken, however
 * small it came.
 */
export async function* unpacked(content: ByteStream, bounds: UnpackBounds): AsyncGenerator<Uint8Array> {
  const pieces = content[Symbol.asyncIterator]();
  const head = await firstBytes(pieces);
  const packing = packingOf(head);
  if (packing === 'zip' && bounds.zip === 'refused') {
    await pieces.return?.();
    throw isZip();
  }
  const came = { bytes: 0 };
  const whole = counted(joined(head, pieces), came);
  yield* packing === 'gzip' ? gunzipped(whole, came, bounds) : plain(whole, came, bounds);
}

/** How a file is packed, by its first bytes. */
export function packingOf(head: Buffer): 'gzip' | 'zip' | undefined {
  if (head.subarray(0, 2).equals(gzipMagic)) return 'gzip';
  return head.length >= magicBytes && head.subarray(0, 2).equals(zipMagic) && (head[2] ?? 0) <= 8 ? 'zip' : undefined;
}

/** As many bytes as say what the file is, in a copy; fewer where there are no more. */
async function firstBytes(pieces: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < magicBytes) {
    const { done, value } = await pieces.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* joined(head: Buffer, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}

async function* counted(pieces: AsyncIterable<Uint8Array>, came: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const bytes of pieces) {
    came.bytes += bytes.byteLength;
    yield bytes;
  }
}

async function* plain(
  whole: AsyncIterable<Uint8Array>,
  came: { bytes: number },
  { plainBytes }: UnpackBounds,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of whole) {
    if (came.bytes > plainBytes) throw tooLarge(plainBytes, false);
    yield bytes;
  }
}

async function* gunzipped(
  packed: AsyncIterable<Uint8Array>,
  came: { bytes: number },
  { unpackedBytes, ratio }: UnpackBounds,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  // A failure of the source ends the output with the same failure; it is met there. Copies: a piece of the source may be
  // valid only until the next one is asked for, which the stream does early.
  pipeline(Readable.from(copies(packed), { highWaterMark: 2 }), gunzip, () => undefined);
  const countGarbage = collectYoungEvery(garbageBytes);
  let received = 0;
  try {
    for await (const bytes of gunzip) {
      countGarbage(bytes.byteLength);
      received += bytes.byteLength;
      if (received > unpackedBytes) throw tooLarge(unpackedBytes, true);
      if (received > Math.max(ratioFreeBytes, came.bytes * ratio)) throw packedTooWell(ratio);
      yield bytes;
    }
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : damaged(thrown);
  } finally {
    gunzip.destroy();
  }
}

async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const bytes of pieces) yield Buffer.from(bytes);
}

function damaged(thrown: unknown): AppError {
  const { code = '' } = (thrown ?? {}) as NodeJS.ErrnoException;
  if (!code.startsWith('Z_')) throw thrown;
  return new AppError(
    'invalid',
    `The file begins like gzip and cannot be unpacked (${code}): it is damaged or cut short. Pack it again.`,
    { cause: thrown },
  );
}

function isZip(): AppError {
  return new AppError(
    'invalid',
    'The file is a ZIP archive or an Excel workbook, not CSV or NDJSON. Unpack it, or save the sheet as CSV; gzip (.gz) is accepted.',
  );
}

export function tooLarge(maxBytes: number, isPacked: boolean): AppError {
  const megabytes = Math.round(maxBytes / 1024 ** 2).toLocaleString('en');
  return new AppError(
    'invalid',
    `The file is larger than ${megabytes} MB${isPacked ? ' when it is unpacked' : ''}, the most that is taken. Split it into several files.`,
  );
}

export function packedTooWell(ratio: number): AppError {
  return new AppError(
    'invalid',
    `The file unpacks to more than ${ratio} times its size, as no table of calls does, so unpacking was stopped. Send it unpacked.`,
  );
}

/** Throws where content of `packedBytes` claims to unpack to more than is taken. */
export function requireUnpackable(packedBytes: number, unpackedBytes: number): void {
  if (unpackedBytes > unpackedBytesMost) throw tooLarge(unpackedBytesMost, true);
  if (unpackedBytes > Math.max(ratioFreeBytes, packedBytes * ratioMost)) throw packedTooWell(ratioMost);
}
