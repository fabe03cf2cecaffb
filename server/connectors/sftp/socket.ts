import { connect, type Socket } from 'node:net';
import type { ConnectorContext } from '../connector.ts';
import { type Peer, socketFailure, stopped, unanswered } from './failure.ts';

/** A TCP connection to the address that the egress guard chose; the name is not looked up again. */
export async function openSocket(peer: Peer, context: ConnectorContext, timeoutMs: number): Promise<Socket> {
  const { address, family } = await context.egress.resolve(peer.host);
  if (context.signal.aborted) throw stopped();
  return await new Promise<Socket>((resolve, reject) => {
    const memory = new ReceiveMemory();
    const socket: Socket = connect({
      ...{ host: address, port: peer.port, family, noDelay: true },
      onread: {
        buffer: () => memory.next(),
        callback(length, bytes) {
          memory.used(length);
          socket.emit('data', Buffer.from(bytes.buffer, bytes.byteOffset, length));
          return true;
        },
      },
    });
    const settle = (act: () => void) => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      act();
    };
    const fail = (error: Error) =>
      settle(() => {
        // A destroyed socket may still report an error; nobody is left to hear it.
        socket.on('error', () => undefined).destroy();
        reject(error);
      });
    const timer = setTimeout(() => fail(unanswered(`${peer.host}:${peer.port}`)), timeoutMs);
    const onAbort = () => fail(stopped());
    context.signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => settle(() => resolve(socket)));
    socket.once('error', (error) => fail(socketFailure(error, peer)));
  });
}

const slabBytes = 512 * 1024;
const leastBytes = 64 * 1024;
const slabCount = 3;

/**
 * Memory that a socket receives into. By default each read has a new buffer of 64 KB, and most SSH packets lie in two of
 * them and are copied; with room for many packets at once, downloads take a quarter less time. A slab is written again
 * after as many bytes as all others hold, long after the SSH library has let go of what it looked at: it keeps parts of
 * what it received only while keys are being exchanged, and file handles, which are copied where they are received.
 */
class ReceiveMemory {
  readonly #slabs: Buffer[] = [];
  #index = 0;
  #offset = 0;

  next(): Uint8Array {
    if (slabBytes - this.#offset < leastBytes) {
      this.#index = (this.#index + 1) % slabCount;
      this.#offset = 0;
    }
    const slab = this.#slabs[this.#index] ?? Buffer.allocUnsafeSlow(slabBytes);
    this.#slabs[this.#index] = slab;
    return slab.subarray(this.#offset);
  }

  used(length: number): void {
    this.#offset += length;
  }
}
