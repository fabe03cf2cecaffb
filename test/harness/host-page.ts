import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';

export interface HostOptions {
  /** Where the console is served, another site than the host's. */
  consoleUrl: string;
  account: string;
  /** What `cqa account embed-secret` gave the host's backend. */
  secret: { kid: string; secret: string };
  /** Who is signed in at the host. */
  email: string;
}

/** A customer's own site with the console in one of its pages. */
export interface HostPage {
  url: string;
  origin: string;
  /** Every token that its backend has signed, oldest first. */
  tokens: string[];
  /** Whose token is signed from now on. */
  signInAs(email: string): void;
  stop(): Promise<void>;
}

/** Serves the page at `http://localhost:port/` and a backend that signs a token at `/token`, as a host would. */
export async function startHostPage(options: HostOptions): Promise<HostPage> {
  const tokens: string[] = [];
  let { email } = options;
  const routes: Record<string, (response: ServerResponse) => void | Promise<void>> = {
    '/': (response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page(options));
    },
    '/token': async (response) => {
      const token = await sign(options, email);
      tokens.push(token);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token }));
    },
  };
  const server = createServer((request: IncomingMessage, response) => {
    const route = routes[new URL(request.url ?? '/', 'http://localhost').pathname];
    response.setHeader('cache-control', 'no-store');
    if (!route) response.writeHead(204).end();
    else Promise.resolve(route(response)).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/`,
    origin,
    tokens,
    signInAs: (next) => {
      email = next;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The page as the console's manual has it; the host keeps its own address in step by the event. */
function page({ consoleUrl, account }: HostOptions): string {
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,"></head>
  <body style="margin: 0">
    <h1>A customer's own page</h1>
    <cqa-console account="${account}" token-url="/token"></cqa-console>
    <script src="${consoleUrl}/embed.js"></script>
    <script>
      document.querySelector('cqa-console').addEventListener('cqa-address', (event) => {
        location.hash = event.detail.address;
      });
    </script>
  </body>
</html>`;
}

function sign({ account, secret }: HostOptions, email: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', kid: secret.kid })
    .setIssuer(account)
    .setSubject(email)
    .setAudience('cqa-console')
    .setIssuedAt()
    .setExpirationTime('2 minutes')
    .setJti(randomUUID())
    .sign(new TextEncoder().encode(secret.secret));
}
