import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zipMagic = Buffer.from('PK');
const magicBytes = 4;

/**
 * A file's content: unpacked where it came as gzip, which it is known by itself for. Throws `invalid` for a ZIP file, for
 * a gzip file that is damaged, and as soon as the content is larger than `maxBytes`, however small it came.
 */
export async function* unpacked(content: ByteStream, maxBytes: number): AsyncGenerator<Uint8Array> {
  const pieces = content[Symbol.asyncIterator]();
  const head = await firstBytes(pieces);
  if (head.length >= magicBytes && head.subarray(0, 2).equals(zipMagic) && (head[2] ?? 0) <= 8) {
    await pieces.return?.();
    throw isZip();
  }
  const whole = joined(head, pieces);
  const isGzip = head.subarray(0, 2).equals(gzipMagic);
  let received = 0;
  for await (const bytes of isGzip ? gunzipped(whole) : whole) {
    received += bytes.byteLength;
    if (received > maxBytes) throw tooLarge(maxBytes, isGzip);
    yield bytes;
  }
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

async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  // A failure of the source ends the output with the same failure; it is met there.
  pipeline(Readable.from(packed), gunzip, () => undefined);
  try {
    for await (const bytes of gunzip) yield bytes;
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : damaged(thrown);
  } finally {
    gunzip.destroy();
  }
}

function damaged(thrown: unknown): AppError {
  const { code = '' } = (thrown ?? {}) as NodeJS.ErrnoException;
  if (!code.startsWith('Z_')) throw thrown;
  return new AppError(
    'invalid',
    `The file begins like gzip and cannot be unpacked (${code}): it is damaged or cut short. Pack it again.`,
    {
      cause: thrown,
    },
  );
}

function isZip(): AppError {
  return new AppError(
    'invalid',
    'The file is a ZIP archive or an Excel workbook, not CSV or NDJSON. Unpack it, or save the sheet as CSV; gzip (.gz) is accepted.',
  );
}

function tooLarge(maxBytes: number, isGzip: boolean): AppError {
  const megabytes = Math.round(maxBytes / 1024 ** 2);
  return new AppError(
    'invalid',
    `The file is larger than ${megabytes} MB${isGzip ? ' when it is unpacked' : ''}, the most that is taken. Split it into several files.`,
  );
}
