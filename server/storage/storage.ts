import type { ByteStream } from '../byte-stream.ts';

export interface StoredObject {
  /** Bytes of the content, not of its sealed form. */
  byteSize: number;
  /** SHA-256 of the content, hex. */
  sha256: string;
}

/** Recordings and reports at rest, encrypted. Keys are slash-separated and made by us. */
export interface Storage {
  /**
   * Streams the content in under a temporary name and puts it in place when complete; a second put replaces the first.
   * Throws `storage_full` when there is no room and leaves nothing behind.
   */
  put(key: string, content: ByteStream): Promise<StoredObject>;
  /** The content from `start` up to and including `end` (both in bytes of content). Throws `not_found`. */
  read(key: string, range?: { start: number; end: number }): Promise<ByteStream>;
  size(key: string): Promise<number>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
}
