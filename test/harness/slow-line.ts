import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server on this machine, as slow as a test needs it; each connection by itself. */
export interface SlowLine {
  port: number;
  url: string;
  /** Bytes a second in either direction; from now on, for all connections. */
  setPace(bytesPerSecond: number): void;
  close(): Promise<void>;
}

export async function startSlowLine(target: { host: string; port: number }): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  let pace = Number.POSITIVE_INFINITY;
  const join = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('error', () => undefined);
    from.on('data', (bytes) => {
      to.write(bytes);
      const pauseMs = (bytes.length / pace) * 1000;
      if (pauseMs < 1) return;
      from.pause();
      setTimeout(() => from.resume(), pauseMs);
    });
    from.once('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    join(near, far);
    join(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    setPace(bytesPerSecond) {
      pace = bytesPerSecond;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
