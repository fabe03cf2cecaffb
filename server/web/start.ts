import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../shared/error.ts';
import { openChangeFeed } from '../console/changes/feed.ts';
import { holdBodies } from '../http/continue.ts';
import { uploadPace } from '../http/upload/limits.ts';
import type { Services } from '../services.ts';
import { buildApp } from './app.ts';

export interface HttpOptions {
  /** Asks the workers to look for work now. */
  wake(): void;
  /** 0 takes any free port. */
  port: number;
  host: string;
  /** Where the built console is; by default beside the compiled program. */
  widgetFolder?: string;
}

export interface HttpServer {
  /** Where it listens: `http://127.0.0.1:4000`. */
  url: string;
  /** Ends streams, lets answers under way finish for a few seconds, then closes. */
  close(): Promise<void>;
}

const builtWidget = fileURLToPath(new URL('../../widget', import.meta.url));
const closeWithinMs = 5000;

/** Opens the doors. Throws `setting_invalid` when the port is taken or may not be used. */
export async function startHttp(services: Services, options: HttpOptions): Promise<HttpServer> {
  const changes = openChangeFeed(services);
  const app = buildApp({ services, wake: options.wake, changes }, options.widgetFolder ?? builtWidget);
  const server = createServer(timeouts, app);
  // Silence on a connection; streams send a sign of life more often.
  server.setTimeout(150_000);
  holdBodies(server);
  const unused = unusedConnections(server);
  await listen(server, options);
  return {
    url: urlOf(options.host, (server.address() as AddressInfo).port),
    async close() {
      changes.close();
      for (const socket of unused) socket.destroy();
      await closeServer(server);
    },
  };
}

/**
 * How long a client may take to send a request: slow ones must not hold connections for ever. An upload of hours has its
 * own watch, and so has every other body.
 */
const timeouts = {
  headersTimeout: 15_000,
  requestTimeout: uploadPace.totalMs + 60_000,
  keepAliveTimeout: 20_000,
  connectionsCheckingInterval: 5000,
};

async function listen(server: Server, { port, host }: HttpOptions): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? 'unknown error';
    const why = code === 'EADDRINUSE' ? 'another program listens there' : code;
    throw new AppError('setting_invalid', `The console cannot listen on ${host}:${port}: ${why}. Set PORT or HOST.`, {
      cause,
    });
  }
}

/** Those on which nothing was asked yet: browsers open some in advance, and closing must not wait for them. */
function unusedConnections(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return unused;
}

/** A connection whose answer has ended stays open for the next request, so idle ones are closed again and again. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), closeWithinMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
