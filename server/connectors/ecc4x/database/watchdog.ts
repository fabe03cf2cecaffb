import type { Socket } from 'node:net';
import { AppError } from '../../../../shared/error.ts';
import { stopped } from '../../../security/bounded-body.ts';

/** Ends a conversation that was stopped or cut, or whose other side has fallen silent: by ending its socket. */
export class Watchdog implements Disposable {
  readonly #signal: AbortSignal;
  /** `host:port` for words about it. */
  readonly #at: string;
  readonly #over: Promise<never>;
  #end: (error: AppError) => void = () => undefined;
  #socket: Socket | undefined;
  #ended: AppError | undefined;

  constructor(signal: AbortSignal, at: string) {
    this.#signal = signal;
    this.#at = at;
    this.#over = new Promise<never>((_, reject) => {
      this.#end = (error) => {
        this.#ended ??= error;
        reject(this.#ended);
        this.#socket?.destroy();
      };
    });
    // Whoever waits at the time is told by within(); at other times nobody needs to be.
    this.#over.catch(() => undefined);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  watch(socket: Socket): Socket {
    // A destroyed socket may still report an error; nobody is left to hear it.
    this.#socket = socket.on('error', () => undefined);
    // The drivers leave a cursor waiting for ever when the connection goes. What they know better they say at once.
    socket.once('close', () => setImmediate(() => this.#socket === socket && this.#end(lost(this.#at))));
    return socket;
  }

  /** Gives the socket up, so that another one can be tried. */
  release(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  /** Waits for `act`, not longer than that, and not after an abort. */
  async within<T>(limitMs: number, act: () => Promise<T>): Promise<T> {
    if (this.#signal.aborted) throw stopped();
    const timer = setTimeout(() => this.#end(silent(this.#at, limitMs)), limitMs);
    try {
      return await Promise.race([act(), this.#over]);
    } catch (thrown) {
      throw this.#ended ?? thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#end(stopped());
}

function lost(at: string): AppError {
  return new AppError(
    'connection_lost',
    `The connection to ${at} was lost. If it lasts, look at the database's log and at the network between.`,
  );
}

function silent(at: string, limitMs: number): AppError {
  return new AppError(
    'host_timeout',
    `${at} has not answered for ${limitMs / 1000} s. It is overloaded, or a firewall drops our packets, which looks just like this: check host and port, and allow our addresses there.`,
    { field: 'source.host' },
  );
}
