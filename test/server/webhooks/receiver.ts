import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { localhostCertificate, localhostKey } from '../../harness/certificate.ts';

export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

type Behaviour = (response: ServerResponse, received: Received) => void;

/** A customer's server: keeps what it was sent and answers as it is told; 200 where it was told nothing. */
export interface Receiver {
  url: string;
  received: Received[];
  /** The next answers, in order; the last one stays. */
  answers(...behaviours: (number | Behaviour)[]): void;
  close(): Promise<void>;
}

export async function openReceiver({ tls = false } = {}): Promise<Receiver> {
  const received: Received[] = [];
  let script: (number | Behaviour)[] = [200];
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const entry = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
    received.push(entry);
    const behaviour = (script.length > 1 ? script.shift() : script[0]) ?? 200;
    if (typeof behaviour === 'number') response.writeHead(behaviour).end(`answered ${behaviour}`);
    else behaviour(response, entry);
  };
  const server = tls
    ? createTlsServer({ cert: localhostCertificate, key: localhostKey }, listener)
    : createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://localhost:${port}/hooks`,
    received,
    answers(...behaviours) {
      script = behaviours;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Checks a signature as a customer would, from the documentation alone. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  return headers['x-cqa-signature'] === `sha256=${createHmac('sha256', secret).update(body, 'utf8').digest('hex')}`;
}
