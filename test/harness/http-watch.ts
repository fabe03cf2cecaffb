import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WatchedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

/** A line to a server of HTTP on this machine that sees each request, and may change what is sent. */
export interface HttpWatch {
  url: string;
  requests: WatchedRequest[];
  /** What is made of the body of each request on its way; undefined: it stays. */
  change: ((body: Buffer, about: WatchedRequest) => Buffer) | undefined;
  close(): Promise<void>;
}

export async function startHttpWatch(target: string): Promise<HttpWatch> {
  const { hostname, port } = new URL(target);
  const server = createServer(async (near, answer) => {
    const { method = '', url: path = '', headers } = near;
    const about = { method, path, headers };
    watch.requests.push(about);
    // Nobody waits for the one who waits.
    if (headers.expect) answer.writeContinue();
    const chunks: Buffer[] = [];
    for await (const chunk of near) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const far = request({ hostname, port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    far.on('error', () => answer.destroy());
    far.end(watch.change ? watch.change(body, about) : body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const watch: HttpWatch = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    change: undefined,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return watch;
}
