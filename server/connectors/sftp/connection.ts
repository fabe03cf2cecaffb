import type { Socket } from 'node:net';
import type { SFTPWrapper } from 'ssh2';
import type SftpClient from 'ssh2-sftp-client';
import { AppError } from '../../../shared/error.ts';
import { DirectReads } from './direct-reads.ts';
import { connectionFailure, type Peer, pathFailure, stopped, timeoutFailure } from './failure.ts';

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** Less than this in a whole time-out is the talk of keeping alive, not an answer. */
const progressBytes = 2048;
/** No single answer may take longer, however slowly it trickles. */
const requestDeadlineMs = 10 * 60_000;
const endGraceMs = 1000;

export interface ConnectionParts {
  client: SftpClient;
  sftp: SFTPWrapper;
  socket: Socket;
  peer: Peer;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * A signed-in SFTP connection that always ends: what was asked is answered, or fails when the server is silent for
 * `timeoutMs`, when the connection breaks, or when the signal aborts. The socket is destroyed then, since the library
 * alone would wait for ever.
 */
export class Connection implements AsyncDisposable {
  readonly #parts: ConnectionParts;
  readonly #pending = new Map<(failure: AppError) => void, number>();
  readonly #watchdog: NodeJS.Timeout;
  readonly #onAbort = () => this.fail(stopped());
  readonly #direct: DirectReads | undefined;
  #failure: AppError | undefined;
  #lastProgress = performance.now();
  #bytesSeen = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#direct = DirectReads.on(parts.sftp);
    this.#watchdog = setInterval(() => this.#watch(), parts.timeoutMs / 4);
    this.#watchdog.unref();
    parts.signal.addEventListener('abort', this.#onAbort, { once: true });
    parts.client.on('error', (error: Error) => this.fail(connectionFailure(error, parts.peer)));
    parts.client.on('close', () => this.fail(connectionFailure(new Error('closed by the server'), parts.peer)));
    parts.socket.once('close', () => this.fail(connectionFailure(new Error('closed by the server'), parts.peer)));
    if (parts.signal.aborted) this.fail(stopped());
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Whether reads take the short way past the library; without it they are right but slower. */
  get readsDirectly(): boolean {
    return this.#direct !== undefined;
  }

  /** Sends one request about `path` and waits for its answer. Every failure is an AppError that names the path. */
  request<T = void>(path: string, send: (sftp: SFTPWrapper, done: Done<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      const now = performance.now();
      if (this.#pending.size === 0) this.#lastProgress = now;
      this.#pending.set(reject, now);
      const done: Done<T> = (error, value) => {
        this.#pending.delete(reject);
        this.#lastProgress = performance.now();
        if (error) reject(this.#failure ?? pathFailure(error, path));
        else resolve(value);
      };
      try {
        send(this.#parts.sftp, done);
      } catch (error) {
        done(error as Error, undefined as T);
      }
    });
  }

  /** A request whose answer is a handle. It is copied: the library gives a part of what it has received. */
  handle(path: string, send: (sftp: SFTPWrapper, done: Done<Buffer>) => void): Promise<Buffer> {
    return this.request<Buffer>(path, (sftp, done) =>
      send(sftp, (error, handle) => done(error, error ? handle : Buffer.from(handle))),
    );
  }

  /** Reads into `target` from `position`; fewer bytes may come, none at the end of the file. */
  read(path: string, handle: Buffer, target: Buffer, position: number): Promise<number> {
    return this.request<number>(path, (sftp, done) => {
      if (this.#direct) this.#direct.read(handle, target, position, done);
      else sftp.read(handle, target, 0, target.length, position, (error, count) => done(error, count));
    });
  }

  /** Ends the connection for good; everything under way fails with this. The first failure counts. */
  fail(failure: AppError): void {
    if (this.#failure) return;
    this.#failure = failure;
    clearInterval(this.#watchdog);
    this.#parts.signal.removeEventListener('abort', this.#onAbort);
    this.#parts.socket.destroy();
    for (const reject of this.#pending.keys()) reject(failure);
    this.#pending.clear();
  }

  /** Says goodbye, waits a moment for the answer, and closes the socket in any case. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOpen) return;
    const { client, socket } = this.#parts;
    this.#failure = new AppError('connection_lost', 'The connection was closed here.');
    clearInterval(this.#watchdog);
    this.#parts.signal.removeEventListener('abort', this.#onAbort);
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      setTimeout(resolve, endGraceMs).unref();
    });
    // Its own promise may never settle after a reset, so the socket's end is what is waited for.
    client.end().catch(() => socket.destroy());
    await closed;
    socket.destroy();
  }

  #watch(): void {
    const now = performance.now();
    const { socket, peer, timeoutMs } = this.#parts;
    if (socket.bytesRead - this.#bytesSeen > progressBytes) this.#lastProgress = now;
    this.#bytesSeen = socket.bytesRead;
    const [oldest] = this.#pending.values();
    if (oldest === undefined) return;
    if (now - this.#lastProgress > timeoutMs || now - oldest > requestDeadlineMs)
      this.fail(timeoutFailure(peer, timeoutMs));
  }
}
