import type { ByteStream } from '../byte-stream.ts';

export interface StoredObject {
  /** Bytes of the content, not of its sealed form. */
  byteSize: number;
  /** SHA-256 of the content, hex. */
  sha256: string;
}

/** A file on its way into the storage. One that is not ended must be abandoned. */
export interface DirectWriter {
  /** Takes a copy of the bytes. */
  write(bytes: Uint8Array): void;
  /** The file is in its place. */
  end(): void;
  abandon(): void;
}

/** A file that is handed out by the storage itself. */
export interface PublishedFile {
  /** What a browser saves it as: letters, digits and `-._`. */
  fileName: string;
  contentType: string;
  byteSize: number;
  /** How long the address is good, from `now` on; at most seven days. */
  seconds: number;
  now: Date;
}

/** Addresses at which anybody can fetch a file of ours from the storage itself. */
export interface PublicLinks {
  /** Who answers them, and whether they live as long as they are meant to: what temporary credentials sign ends with them. */
  facts(): Promise<{ origin: string; isLasting: boolean }>;
  /**
   * Puts a plain copy in place, for what we seal nobody else can read, and gives its address. A second one replaces the
   * first. Removed as any other file.
   */
  publish(key: string, content: ByteStream, file: PublishedFile): Promise<string>;
}

/** Recordings and reports at rest, encrypted. Keys are slash-separated and made by us. */
export interface Storage {
  /**
   * Streams the content in. It is there, whole, when this resolves, and not a byte of it before; a second put replaces
   * the first. Throws `storage_full` when there is no room and leaves nothing behind.
   */
  put(key: string, content: ByteStream): Promise<StoredObject>;
  /**
   * The same for small files that come piece by piece, in this thread: only where the storage is a disk of ours. Its
   * calls throw as put() does.
   */
  direct?(key: string): Promise<DirectWriter>;
  /** The content from `start` up to and including `end` (both in bytes of content). Throws `not_found`. */
  read(key: string, range?: { start: number; end: number }): Promise<ByteStream>;
  size(key: string): Promise<number>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** Only where the storage can hand files out itself, and is meant to. */
  readonly links?: PublicLinks;
}
