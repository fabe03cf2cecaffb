import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A door before an S3 server at which single objects can be held, half given, or refused. */
export interface BucketGate {
  url: string;
  /** From now on whoever reads the object gets its first half and then waits. */
  hold(name: string): void;
  /** Whether somebody waits there now. */
  isWaiting(name: string): boolean;
  release(name: string): void;
  /** Whoever reads or writes an object whose key holds this is refused. */
  refuse(name: string): void;
  allow(name: string): void;
  close(): Promise<void>;
}

export async function startBucketGate(target: string): Promise<BucketGate> {
  const held = new Set<string>();
  const waiting = new Map<string, () => void>();
  const refused = new Set<string>();
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url ?? '/', target).pathname;
    if ([...refused].some((name) => path.includes(name))) {
      refusal(answer);
      return;
    }
    const name = [...held].find((each) => asked.method === 'GET' && path.endsWith(`/${each}`));
    forward(target, asked, answer, async (body) => {
      if (name === undefined) return void answer.end(body);
      const half = Math.floor(body.length / 2);
      answer.write(body.subarray(0, half));
      await new Promise<void>((resolve) => {
        waiting.set(name, resolve);
        answer.once('close', resolve);
      });
      waiting.delete(name);
      answer.end(body.subarray(half));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (name) => held.add(name),
    isWaiting: (name) => waiting.has(name),
    release(name) {
      held.delete(name);
      waiting.get(name)?.();
    },
    refuse: (name) => refused.add(name),
    allow: (name) => refused.delete(name),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Asks the server the same, with the same headers, because they are signed. */
function forward(
  target: string,
  asked: IncomingMessage,
  answer: ServerResponse,
  give: (body: Buffer) => Promise<void>,
): void {
  const { method, url, headers } = asked;
  const onward = request(new URL(url ?? '/', target), { method, headers }, async (response) => {
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece);
    answer.writeHead(response.statusCode ?? 502, response.headers);
    await give(Buffer.concat(pieces));
  });
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
}

function refusal(answer: ServerResponse): void {
  answer.writeHead(403, { 'content-type': 'application/xml' });
  answer.end('<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
}
