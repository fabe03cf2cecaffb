import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server on this machine that can be cut, or stand still. */
export interface Relay {
  url: string;
  /** Connections that were made so far. */
  connectionCount(): number;
  openCount(): number;
  cut(): void;
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let count = 0;
  const server = createServer((near) => {
    count++;
    const far = connect(Number(port), hostname);
    join(near, far);
    join(far, near);
    for (const socket of [near, far]) if (isFrozen) socket.pause();
  }).listen(0, '127.0.0.1');
  const join = (from: Socket, to: Socket) => {
    sockets.add(from);
    // By hand: a pipe goes on by itself once `to` has room again, also where it was told to stand still.
    from.on('data', (bytes) => {
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => !isFrozen && from.resume());
    });
    from.on('end', () => to.end());
    from.on('error', () => undefined);
    from.once('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  await once(server, 'listening');
  const relay: Relay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connectionCount: () => count,
    openCount: () => sockets.size / 2,
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      relay.cut();
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
}
