import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/** A port on loopback in front of a server, whose connections may stand still or break. */
export class Relay {
  readonly #server: NetConnectOpts;
  readonly #open = new Set<Socket>();
  readonly #door = createServer((near) => this.#join(near));
  #isFrozen = false;
  #cutAfterBytes = Number.POSITIVE_INFINITY;

  constructor(server: NetConnectOpts) {
    this.#server = server;
  }

  async start(): Promise<number> {
    await once(this.#door.listen(0, '127.0.0.1'), 'listening');
    return (this.#door.address() as AddressInfo).port;
  }

  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#open) socket.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#open) socket.resume();
  }

  /** Cuts the next connection that has brought more than this to the client. */
  cutAfter(bytes: number): void {
    this.#cutAfterBytes = bytes;
  }

  stop(): void {
    for (const socket of this.#open) socket.destroy();
    this.#door.close();
  }

  #join(near: Socket): void {
    const far = connect(this.#server);
    let brought = 0;
    const couple = (from: Socket, to: Socket, onBytes: (count: number) => void): void => {
      this.#open.add(from);
      from.on('data', (bytes) => {
        onBytes(bytes.length);
        if (!to.write(bytes)) {
          from.pause();
          to.once('drain', () => !this.#isFrozen && from.resume());
        }
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#open.delete(from);
        to.destroySoon();
      });
      if (this.#isFrozen) from.pause();
    };
    couple(near, far, () => undefined);
    couple(far, near, (count) => {
      brought += count;
      if (brought <= this.#cutAfterBytes) return;
      this.#cutAfterBytes = Number.POSITIVE_INFINITY;
      near.destroy();
      far.destroy();
    });
  }
}
