import type { SFTPWrapper } from 'ssh2';

/**
 * The library assembles each answer to a read in memory of its own and copies it from there: of a 300 MB download that is
 * 300 MB for the garbage collector, which then searches the whole heap again and again and takes more time than the
 * decryption. Here the bytes of a read go from the SSH packet to where they are wanted; every other answer takes the
 * library's way. It leans on three of the library's inner names, so its version is pinned and a test says when they change.
 */
interface Inner {
  push(data: Buffer | null): void;
  _writeReqid: number;
  _requests: Record<number, unknown>;
}

interface DirectRead {
  target: Buffer;
  done: (error: Error | null | undefined, count: number) => void;
}

/** SFTP's DATA packet: length (4 bytes), type (1), request (4), length of the data (4), then the data. */
const dataType = 103;
const headBytes = 13;
/** With length, type and request it is known whose packet it is. */
const decidingBytes = 9;

export class DirectReads {
  readonly #sftp: SFTPWrapper;
  readonly #inner: Inner;
  readonly #libraryPush: Inner['push'];
  readonly #reads = new Map<number, DirectRead>();
  readonly #head = Buffer.alloc(headBytes);
  #headLength = 0;
  /** Of the packet under way: whose it is, and how much is still to come. */
  #read: DirectRead | undefined;
  #filled = 0;
  #bodyLeft = 0;
  #passLeft = 0;

  private constructor(sftp: SFTPWrapper, inner: Inner) {
    this.#sftp = sftp;
    this.#inner = inner;
    this.#libraryPush = inner.push.bind(inner);
    inner.push = (data) => this.#push(data);
  }

  /** Undefined when this version of the library has other inner names. */
  static on(sftp: SFTPWrapper): DirectReads | undefined {
    const inner = sftp as unknown as Partial<Inner>;
    const fits = typeof inner.push === 'function' && typeof inner._writeReqid === 'number' && inner._requests;
    return fits ? new DirectReads(sftp, inner as Inner) : undefined;
  }

  /** Like the library's `read`; less may come than was asked for. */
  read(handle: Buffer, target: Buffer, position: number, done: DirectRead['done']): void {
    let id = -1;
    this.#sftp.read(handle, target, 0, target.length, position, (error, count) => {
      // Not data but a status: the end of the file, or a failure.
      this.#reads.delete(id);
      done(error, count);
    });
    id = this.#inner._writeReqid;
    this.#reads.set(id, { target, done });
  }

  #push(data: Buffer | null): void {
    if (data === null) this.#libraryPush(null);
    else for (let at = 0; at < data.length; ) at += this.#take(data, at);
  }

  /** Returns how many bytes it has dealt with. */
  #take(data: Buffer, at: number): number {
    if (this.#passLeft > 0) return this.#pass(data, at);
    if (this.#read) return this.#fill(this.#read, data, at);
    return this.#begin(data, at);
  }

  /** Takes a packet's first bytes until it is known whose it is. Returns how many were taken. */
  #begin(data: Buffer, at: number): number {
    const wanted = this.#isData() ? headBytes : this.#headLength < 4 ? 4 : decidingBytes;
    const taken = data.copy(this.#head, this.#headLength, at, at + wanted - this.#headLength);
    this.#headLength += taken;
    if (this.#headLength < wanted) return taken;
    if (wanted === 4) return this.#isShort() ? this.#giveToLibrary(taken) : taken;
    if (wanted === decidingBytes) return this.#isData() ? taken : this.#giveToLibrary(taken);
    this.#startBody();
    return taken;
  }

  #isShort(): boolean {
    return this.#head.readUInt32BE(0) < decidingBytes - 4;
  }

  #isData(): boolean {
    if (this.#headLength < decidingBytes || this.#head[4] !== dataType) return false;
    return this.#reads.has(this.#head.readUInt32BE(5));
  }

  #giveToLibrary(taken: number): number {
    this.#passLeft = this.#head.readUInt32BE(0) + 4 - this.#headLength;
    const head = Buffer.from(this.#head.subarray(0, this.#headLength));
    this.#headLength = 0;
    this.#libraryPush(head);
    return taken;
  }

  #pass(data: Buffer, at: number): number {
    const length = Math.min(this.#passLeft, data.length - at);
    this.#passLeft -= length;
    this.#libraryPush(data.subarray(at, at + length));
    return length;
  }

  #startBody(): void {
    const id = this.#head.readUInt32BE(5);
    this.#headLength = 0;
    this.#read = this.#reads.get(id);
    this.#reads.delete(id);
    delete this.#inner._requests[id];
    this.#filled = 0;
    this.#bodyLeft = this.#head.readUInt32BE(9);
    if (this.#bodyLeft === 0) this.#finish();
  }

  #fill({ target }: DirectRead, data: Buffer, at: number): number {
    const length = Math.min(this.#bodyLeft, data.length - at);
    // More than was asked for has no place; the count that is told stays within it.
    this.#filled += data.copy(target, this.#filled, at, at + length);
    this.#bodyLeft -= length;
    if (this.#bodyLeft === 0) this.#finish();
    return length;
  }

  #finish(): void {
    const read = this.#read;
    this.#read = undefined;
    read?.done(undefined, this.#filled);
  }
}
