import { AppError } from '../../shared/error.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { Storage } from './storage.ts';

/**
 * One piece of a large object that comes over several connections. The list of an object's segments, in order, is the
 * caller's to keep in its row; an object of the storage is one segment.
 */
export interface Segment {
  key: string;
  /** Bytes of content. */
  size: number;
}

/** What came of a stream: its bytes as a segment, and what broke it off before its end. */
export interface Appended {
  /** Undefined where not a byte came; nothing is kept then. */
  segment: Segment | undefined;
  /** What the stream itself threw; undefined where it ended well. The bytes before it are in the segment. */
  failure?: unknown;
}

/**
 * Stores a stream under `key`, as a temporary file until it ends or breaks off. Throws `storage_full` and
 * `storage_failed`; then nothing of it is kept.
 */
export async function appendSegment(storage: Storage, key: string, content: ByteStream): Promise<Appended> {
  let broken: { failure: unknown } | undefined;
  async function* untilBroken(): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (failure) {
      broken = { failure };
    }
  }
  const { byteSize } = await storage.put(key, untilBroken());
  if (byteSize === 0) await storage.remove(key);
  return { segment: byteSize > 0 ? { key, size: byteSize } : undefined, ...broken };
}

/**
 * The content of all segments in order, from `start` (bytes from the beginning of the first). Throws
 * `sealed_data_damaged` where a segment has fewer bytes than its list says; it may have more, which do not count.
 */
export async function* readSegments(
  storage: Storage,
  segments: readonly Segment[],
  start = 0,
): AsyncGenerator<Uint8Array> {
  let before = 0;
  for (const { key, size } of segments) {
    const from = Math.max(0, start - before);
    before += size;
    if (from >= size) continue;
    let left = size - from;
    for await (const bytes of await storage.read(key, { start: from, end: size - 1 })) {
      left -= bytes.length;
      yield bytes;
    }
    if (left !== 0) throw damaged(key, size);
  }
}

/** Bytes of content in all segments. */
export function sizeOfSegments(segments: readonly Segment[]): number {
  return segments.reduce((sum, { size }) => sum + size, 0);
}

/** Removes them all; those that are gone already are no error. */
export async function removeSegments(storage: Storage, segments: readonly Segment[]): Promise<void> {
  for (const { key } of segments) await storage.remove(key);
}

function damaged(key: string, size: number): AppError {
  return new AppError(
    'sealed_data_damaged',
    `The stored file ${key} has not the ${size} bytes that were stored. Restore it from a backup or send it again.`,
  );
}
