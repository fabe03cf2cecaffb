import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Requests whose client asks before it sends the body, and was not told yet to go on. */
const awaited = new WeakMap<IncomingMessage, ServerResponse>();

/**
 * For clients that send `Expect: 100-continue`, as curl does with a large body. Node would tell them at once to go on;
 * so they are told when somebody wants the body, and send none of it with a call that is refused before.
 */
export function holdBodies(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    awaited.set(request, response);
    server.emit('request', request, response);
  });
}

/** Everybody who reads a body says so here first. */
export function letBodyCome(request: IncomingMessage): void {
  awaited.get(request)?.writeContinue();
  awaited.delete(request);
}

/** Whether the client still waits to be told that it may send its body. */
export function isBodyAwaited(request: IncomingMessage): boolean {
  return awaited.has(request);
}
