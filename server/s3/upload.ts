import { createHash } from 'node:crypto';
import { AppError } from '../../shared/error.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { Bucket } from './bucket.ts';
import { MultipartUpload } from './multipart.ts';
import { factsOf, removeObject } from './object.ts';
import { s3Url } from './place.ts';

const megabyte = 1024 ** 2;
/** S3 takes at most 10,000 parts of at least 5 MB. */
const partsMost = 10_000;
export const partBytesLeast = 8 * megabyte;

/**
 * Puts an object in place, all of it or nothing: until the last byte is there and counted, an older one of its name
 * stays. Each request carries the MD5 of what it sends, so the server refuses what was damaged on the way.
 */
export async function uploadObject(bucket: Bucket, key: string, content: ByteStream, byteSize: number): Promise<void> {
  const pieceBytes = Math.max(partBytesLeast, Math.ceil(byteSize / partsMost));
  // A small object takes no more memory than it has bytes, and one to find out that it is longer than was said.
  const pieces = inPieces(content, Math.min(pieceBytes, byteSize + 1));
  try {
    const first = await pieces.next();
    const whole = first.done ? Buffer.alloc(0) : first.value;
    const second = first.done ? first : await pieces.next();
    if (second.done) {
      requireSize(bucket, key, whole.length, byteSize);
      await putWhole(bucket, key, whole);
    } else await putParts(bucket, key, joined([whole, second.value], pieces), byteSize);
  } finally {
    // Wherever it ended, the content is closed.
    await pieces.return(undefined);
  }
  await verifySize(bucket, key, byteSize);
}

/** Puts a small object in place by one request. */
export async function putWhole(bucket: Bucket, key: string, bytes: Uint8Array): Promise<void> {
  await bucket.call(
    askedFor(key),
    ({ client, sdk, place, options }) =>
      client.send(
        new sdk.PutObjectCommand({ ...place, ...sealing(bucket), Key: key, Body: bytes, ContentMD5: md5(bytes) }),
        options,
      ),
    bytes.length,
  );
}

async function putParts(bucket: Bucket, key: string, pieces: AsyncIterable<Buffer>, byteSize: number): Promise<void> {
  const upload = await beginUpload(bucket, key);
  try {
    let sent = 0;
    for await (const piece of pieces) {
      await addPart(upload, piece);
      sent += piece.length;
    }
    requireSize(bucket, key, sent, byteSize);
    await upload.complete();
  } catch (error) {
    await upload.abandon();
    throw error;
  }
}

/** Begins an object of several parts. */
export function beginUpload(bucket: Bucket, key: string): Promise<MultipartUpload> {
  return MultipartUpload.begin(bucket, askedFor(key), sealing(bucket));
}

/** All parts but the last have 5 MB at least. The bytes may be used again when this resolves. */
export async function addPart(upload: MultipartUpload, bytes: Uint8Array): Promise<void> {
  const sum = { Body: bytes, ContentMD5: md5(bytes) };
  await upload.add(bytes.length, ({ client, sdk, place, options }, part) =>
    client.send(new sdk.UploadPartCommand({ ...place, ...part, ...sum }), options),
  );
}

function askedFor(key: string) {
  return { actions: ['s3:PutObject'], key };
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

function sealing({ config: { encryption, kms_key } }: Bucket) {
  if (encryption === 'none') return {};
  return { ServerSideEncryption: encryption, ...(encryption === 'aws:kms' && kms_key ? { SSEKMSKeyId: kms_key } : {}) };
}

/** Pieces of one size, the last one smaller. */
async function* inPieces(content: ByteStream, pieceBytes: number): AsyncGenerator<Buffer, undefined> {
  let piece = Buffer.allocUnsafe(pieceBytes);
  let filled = 0;
  for await (const bytes of content)
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(pieceBytes - filled, bytes.length - at);
      piece.set(bytes.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < pieceBytes) continue;
      yield piece;
      piece = Buffer.allocUnsafe(pieceBytes);
      filled = 0;
    }
  if (filled > 0) yield piece.subarray(0, filled);
  return undefined;
}

async function* joined(first: Buffer[], others: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* others;
}

function requireSize(bucket: Bucket, key: string, sent: number, expected: number): void {
  if (sent === expected) return;
  throw new AppError(
    'protocol_error',
    `${s3Url(bucket.config, key)} was not delivered: ${sent} of ${expected} bytes of the report could be read. Look whether our own storage is well, then have it delivered again.`,
  );
}

/** Who may write need not be allowed to look; the server's own sums must do then. */
async function verifySize(bucket: Bucket, key: string, expected: number): Promise<void> {
  const facts = await factsOf(bucket, key).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'permission_denied') return { size: expected };
    throw error;
  });
  if (facts?.size === expected) return;
  await removeObject(bucket, key);
  throw new AppError(
    'protocol_error',
    `The server kept ${facts?.size ?? 0} of ${expected} bytes of ${s3Url(bucket.config, key)}. It was removed again. Look whether the bucket's server has room, and at its log.`,
  );
}
