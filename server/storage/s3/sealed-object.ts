import { AppError } from '../../../shared/error.ts';
import type { Bucket } from '../../s3/bucket.ts';
import type { ObjectBody } from '../../s3/object-body.ts';
import { collectYoungEvery } from '../../young-garbage.ts';
import { closedUnread } from '../closed-unread.ts';
import {
  type ChunkCipher,
  chunkBytes,
  chunkPosition,
  damaged,
  headerBytes,
  knownFile,
  type Layout,
  layoutOf,
  openChunk,
  tagBytes,
} from '../sealed.ts';
import { getBytes, getRange, isPastEnd, type RangeAnswer } from './read.ts';

/** A sealed object: where it lies, and what opens it. */
export interface SealedObject {
  bucket: Bucket;
  /** With the prefix. */
  objectKey: string;
  storageKey: Buffer;
  /** As failures name it. */
  name: string;
}

/** The part of the content that is wanted: from `start` to before `end`, in bytes; all of it has no end. */
interface Wanted {
  start: number;
  end: number;
}

/** An object that is replaced between two requests is opened anew so often. */
const attempts = 4;

const countPassing = collectYoungEvery();

/** Bytes of content. Throws `path_missing` and `sealed_data_damaged`. */
export async function sizeOfSealed({ bucket, objectKey, storageKey, name }: SealedObject): Promise<number> {
  const head = { first: 0, last: headerBytes - 1 };
  const { body, objectBytes } = await getRange(bucket, objectKey, head).catch((error: unknown) => {
    throw isPastEnd(error) ? damaged(name, 'it is empty', error) : error;
  });
  try {
    knownFile(storageKey, await new ExactReader(body, name).read(headerBytes), name);
    return layoutOf(objectBytes, name).contentBytes;
  } finally {
    await body.return();
  }
}

/** Content of a range, or all of it. Throws `path_missing`, `sealed_data_damaged`, and `invalid` for a range outside. */
export async function openSealedRange(
  object: SealedObject,
  range: { start: number; end: number } | undefined,
): Promise<AsyncIterableIterator<Uint8Array>> {
  const wanted = { start: range?.start ?? 0, end: range ? range.end + 1 : Number.POSITIVE_INFINITY };
  if (wanted.start < 0 || wanted.end < wanted.start) throw outside(wanted, await sizeOfSealed(object));
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(object, wanted);
    } catch (error) {
      if (isPastEnd(error)) return await nothingAtEnd(object, wanted);
      if (attempt === attempts || !(error instanceof AppError) || error.code !== 'item_changed') throw error;
    }
  }
}

/**
 * One request fetches what is wanted. Where that is not the whole object, its header and its last chunk, which proves the
 * length, are fetched beside it before anything is handed out.
 */
async function openOnce(object: SealedObject, { start, end }: Wanted): Promise<AsyncIterableIterator<Uint8Array>> {
  const { bucket, objectKey, storageKey, name } = object;
  const firstChunk = Math.floor(start / chunkBytes);
  const range = { first: firstChunk === 0 ? 0 : chunkPosition(firstChunk), last: lastByteFor({ start, end }) };
  const answer = await getRange(bucket, objectKey, range);
  try {
    const layout = layoutOf(answer.objectBytes, name);
    const wanted = { start, end: Math.min(end, layout.contentBytes) };
    if (start > wanted.end) throw outside({ start, end }, layout.contentBytes);
    const reader = new ExactReader(answer.body, name);
    const header = firstChunk === 0 ? Buffer.from(await reader.read(headerBytes)) : await headerOf(object, answer);
    const cipher = knownFile(storageKey, header, name);
    const isToEnd = range.last === undefined || range.last >= answer.objectBytes - 1;
    if (!isToEnd) await proveLength(object, answer, cipher, layout);
    const content = opened(reader, { cipher, layout, name, isToEnd }, wanted);
    return closedUnread(content, () => reader.leave());
  } catch (error) {
    await answer.body.return();
    throw error;
  }
}

/** The sealed object's byte that ends the chunk in which the wanted part ends. */
function lastByteFor({ start, end }: Wanted): number | undefined {
  if (!Number.isFinite(end)) return undefined;
  return chunkPosition(Math.floor(Math.max(start, end - 1) / chunkBytes) + 1) - 1;
}

/** A range may begin where the content ends. */
async function nothingAtEnd(object: SealedObject, wanted: Wanted): Promise<AsyncIterableIterator<Uint8Array>> {
  const contentBytes = await sizeOfSealed(object);
  if (wanted.start === contentBytes) return nothing();
  throw outside(wanted, contentBytes);
}

/** No piece at all. */
async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}

function outside({ start, end }: Wanted, contentBytes: number): AppError {
  return new AppError('invalid', `The range ${start}–${end - 1} is not within the ${contentBytes} bytes stored.`);
}

function headerOf({ bucket, objectKey }: SealedObject, { eTag }: RangeAnswer): Promise<Buffer> {
  return getBytes(bucket, objectKey, { first: 0, last: headerBytes - 1 }, eTag);
}

async function proveLength(
  { bucket, objectKey, name }: SealedObject,
  { eTag }: RangeAnswer,
  cipher: ChunkCipher,
  { chunks }: Layout,
): Promise<void> {
  const sealed = await getBytes(bucket, objectKey, { first: chunkPosition(chunks - 1) }, eTag);
  openChunk(cipher, chunks - 1, true, sealed, name);
}

async function* opened(
  reader: ExactReader,
  { cipher, layout, name, isToEnd }: { cipher: ChunkCipher; layout: Layout; name: string; isToEnd: boolean },
  { start, end }: Wanted,
): AsyncGenerator<Uint8Array> {
  try {
    for (let at = start; at < end; ) {
      const index = Math.floor(at / chunkBytes);
      const isLast = index === layout.chunks - 1;
      const plainBytes = isLast ? layout.contentBytes - index * chunkBytes : chunkBytes;
      const sealed = await reader.read(plainBytes + tagBytes);
      const plain = openChunk(cipher, index, isLast, sealed, name);
      const from = at - index * chunkBytes;
      const part = plain.subarray(from, Math.min(plain.length, from + (end - at)));
      at += part.length;
      yield part;
      countPassing(2 * sealed.length);
    }
    // An empty last chunk holds nothing that is wanted, but proves that nothing is missing before it.
    if (isToEnd && layout.contentBytes === (layout.chunks - 1) * chunkBytes)
      openChunk(cipher, layout.chunks - 1, true, await reader.read(tagBytes), name);
  } finally {
    await reader.leave();
  }
}

/** A body in pieces of the length that is asked for. */
class ExactReader {
  readonly #body: ObjectBody;
  readonly #name: string;
  #rest: Uint8Array = new Uint8Array(0);
  #memory = Buffer.alloc(0);

  constructor(body: ObjectBody, name: string) {
    this.#body = body;
    this.#name = name;
  }

  /** Good until this is called again. */
  async read(length: number): Promise<Buffer> {
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafeSlow(length);
    for (let filled = 0; filled < length; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const taken = this.#rest.subarray(0, length - filled);
      this.#memory.set(taken, filled);
      this.#rest = this.#rest.subarray(taken.length);
      filled += taken.length;
    }
    return this.#memory.subarray(0, length);
  }

  async leave(): Promise<void> {
    await this.#body.return();
  }

  async #next(): Promise<Uint8Array> {
    const { done, value } = await this.#body.next();
    if (done) throw damaged(this.#name, 'it is cut short');
    return value;
  }
}
