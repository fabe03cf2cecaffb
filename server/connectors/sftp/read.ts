import type { Stats } from 'ssh2';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../connector.ts';
import type { Connection } from './connection.ts';

/** What OpenSSH answers at once at most; others cut it into pieces that they like better. */
const pieceBytes = 255 * 1024;
const piecesAhead = 4;

/** A file opened for reading, and what it was at that moment. */
export interface OpenFile {
  path: string;
  handle: Buffer;
  stats: Stats;
}

/** Changes when a file's content may have: size and modification time, all that the protocol tells. */
export function versionOf({ size, mtime }: Pick<Stats, 'size' | 'mtime'>): string {
  return `${size}-${mtime}`;
}

export async function openFile(connection: Connection, path: string): Promise<OpenFile> {
  const handle = await connection.request<Buffer>(path, (sftp, done) => sftp.open(path, 'r', done));
  try {
    const stats = await connection.request<Stats>(path, (sftp, done) => sftp.fstat(handle, done));
    if (stats.isDirectory())
      throw new AppError('path_is_directory', `${path} is a folder, not a file. Name the file itself.`);
    return { path, handle, stats };
  } catch (error) {
    closeFile(connection, { path, handle });
    throw error;
  }
}

/** The server frees the handle by itself when the connection ends, so nobody waits for the answer. */
export function closeFile(connection: Connection, { path, handle }: Pick<OpenFile, 'path' | 'handle'>): void {
  connection.request(path, (sftp, done) => sftp.close(handle, done)).catch(() => undefined);
}

/**
 * The bytes of an open file, several pieces asked for ahead, whole or failing: with `item_changed` when the file was not
 * the same at the end as at the beginning. `onEnd` is called once, also when the reader leaves early.
 */
export function streamFile(connection: Connection, file: OpenFile, onEnd: () => void): ByteStream {
  const pieces = new Pieces(connection, file);
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    closeFile(connection, file);
    onEnd();
  };
  pieces.start();
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        const value = await pieces.next();
        if (value) return { done: false, value };
        end();
        return { done: true, value: undefined };
      } catch (error) {
        end();
        throw error;
      }
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Reads of one file that are under way, in order. */
class Pieces {
  readonly #connection: Connection;
  readonly #file: OpenFile;
  readonly #ahead: Promise<Buffer>[] = [];
  #asked = 0;
  #last: Promise<Stats> | undefined;

  constructor(connection: Connection, file: OpenFile) {
    this.#connection = connection;
    this.#file = file;
  }

  start(): void {
    const { size } = this.#file.stats;
    while (this.#asked < size && this.#ahead.length < piecesAhead) {
      const length = Math.min(pieceBytes, size - this.#asked);
      this.#ahead.push(unhandledLater(this.#read(this.#asked, length)));
      this.#asked += length;
    }
    if (this.#asked >= size && !this.#last) this.#last = unhandledLater(this.#stat());
  }

  async next(): Promise<Buffer | undefined> {
    const piece = this.#ahead.shift();
    this.start();
    if (piece) return await piece;
    const stats = await this.#last;
    if (stats && versionOf(stats) !== versionOf(this.#file.stats)) throw changed(this.#file.path);
    return undefined;
  }

  /** A server may answer with less than was asked for; an answer with nothing is the file's end, too early here. */
  async #read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const count = await this.#readInto(buffer, filled, position + filled);
      if (count === 0) throw changed(this.#file.path);
      filled += count;
    }
    return buffer;
  }

  #readInto(buffer: Buffer, offset: number, position: number): Promise<number> {
    const { path, handle } = this.#file;
    return this.#connection.request<number>(path, (sftp, done) =>
      sftp.read(handle, buffer, offset, buffer.length - offset, position, (error, count) => done(error, count)),
    );
  }

  #stat(): Promise<Stats> {
    const { path, handle } = this.#file;
    return this.#connection.request<Stats>(path, (sftp, done) => sftp.fstat(handle, done));
  }
}

/** A piece asked for ahead may fail before anybody waits for it; whoever takes it hears of it. */
function unhandledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export function changed(path: string): AppError {
  return new AppError(
    'item_changed',
    `${path} was changed while it was read. It will be read again when it is complete.`,
  );
}
