import type { Stats } from 'ssh2';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { Connection } from './connection.ts';

/** OpenSSH answers up to 255 KiB at once, others less; this is also a whole chunk of sealed storage. */
const pieceBytes = 192 * 1024;
const piecesAhead = 4;

/** Where the memory for pieces comes from. */
interface PieceMemory {
  take(): Buffer;
  /** Nobody looks at the piece any more. */
  giveBack(piece: Buffer): void;
}

const freshMemory: PieceMemory = { take: () => Buffer.allocUnsafe(pieceBytes), giveBack: () => undefined };

/**
 * Memory that is used again and again: allocating it anew for each piece kept the garbage collector busy for a quarter
 * of the time of a download.
 */
export class ReusedMemory implements PieceMemory {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafe(pieceBytes);
  }

  giveBack(piece: Buffer): void {
    this.#free.push(piece);
  }
}

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
  const handle = await connection.handle(path, (sftp, done) => sftp.open(path, 'r', done));
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
 * the same at the end as at the beginning. `onEnd` is called once, also when the reader leaves early. With memory of
 * its own, a piece is valid only until the next one is asked for.
 */
export function streamFile(
  connection: Connection,
  file: OpenFile,
  onEnd: () => void,
  memory: PieceMemory = freshMemory,
): ByteStream {
  const pieces = new Pieces(connection, file, memory);
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    pieces.stop();
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

interface Piece {
  memory: Buffer;
  bytes: Buffer;
}

/** Reads of one file that are under way, in order. */
class Pieces {
  readonly #connection: Connection;
  readonly #file: OpenFile;
  readonly #memory: PieceMemory;
  readonly #ahead: Promise<Piece>[] = [];
  #asked = 0;
  #given: Buffer | undefined;
  #last: Promise<Stats> | undefined;

  constructor(connection: Connection, file: OpenFile, memory: PieceMemory) {
    this.#connection = connection;
    this.#file = file;
    this.#memory = memory;
  }

  start(): void {
    const { size } = this.#file.stats;
    while (this.#asked < size && this.#ahead.length < piecesAhead) {
      const length = Math.min(pieceBytes, size - this.#asked);
      this.#ahead.push(heardLater(this.#read(this.#asked, length)));
      this.#asked += length;
    }
    if (this.#asked >= size && !this.#last) this.#last = heardLater(this.#stat());
  }

  async next(): Promise<Buffer | undefined> {
    if (this.#given) this.#memory.giveBack(this.#given);
    this.#given = undefined;
    const next = this.#ahead.shift();
    this.start();
    if (!next) return await this.#atEnd();
    const { memory, bytes } = await next;
    this.#given = memory;
    return bytes;
  }

  /** Memory goes back only when no answer can be written into it any more. */
  stop(): void {
    for (const piece of this.#ahead.splice(0))
      piece.then(
        ({ memory }) => this.#memory.giveBack(memory),
        () => undefined,
      );
    if (this.#given) this.#memory.giveBack(this.#given);
    this.#given = undefined;
  }

  async #atEnd(): Promise<undefined> {
    const stats = await this.#last;
    if (stats && versionOf(stats) !== versionOf(this.#file.stats)) throw changed(this.#file.path);
  }

  #read(position: number, length: number): Promise<Piece> {
    const { path, handle } = this.#file;
    const memory = this.#memory.take();
    const bytes = memory.subarray(0, length);
    return this.#connection
      .read(path, handle, bytes, position)
      .then((count) => (count === length ? { memory, bytes } : this.#readRest({ memory, bytes }, position, count)));
  }

  /** A server may answer with less than was asked for; an answer with nothing is the file's end, too early here. */
  async #readRest(piece: Piece, position: number, count: number): Promise<Piece> {
    const { path, handle } = this.#file;
    let filled = count;
    for (let last = count; filled < piece.bytes.length; filled += last) {
      if (last === 0) throw changed(path);
      last = await this.#connection.read(path, handle, piece.bytes.subarray(filled), position + filled);
    }
    return piece;
  }

  #stat(): Promise<Stats> {
    const { path, handle } = this.#file;
    return this.#connection.request<Stats>(path, (sftp, done) => sftp.fstat(handle, done));
  }
}

/** A piece asked for ahead may fail before anybody waits for it; whoever takes it hears of it. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export function changed(path: string): AppError {
  return new AppError(
    'item_changed',
    `${path} was changed while it was read. It will be read again when it is complete.`,
  );
}
