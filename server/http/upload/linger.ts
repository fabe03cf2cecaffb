import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Lingering {
  /** How much more of the body is read and thrown away. */
  bytes: number;
  ms: number;
}

/** As much as an upload may have: a client that reads no answer before it has sent everything gets its answer too. */
export const patient: Lingering = { bytes: 512 * 1024 ** 2, ms: 30_000 };

const lingering = new WeakSet<IncomingMessage>();

/**
 * For an answer that is given before the body was read to its end. The connection is closed after it, but not at once:
 * closing while bytes still come makes the kernel answer them with a reset, and a reset takes the answer away from a
 * client that has not read it yet. So our side is ended behind the answer, and what the client still sends is read and
 * thrown away until it closes or a bound is reached. The first call for a request counts.
 */
export function lingerAfterAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, ms }: Lingering = patient,
): void {
  const { socket } = request;
  if (request.complete || response.headersSent || socket.destroyed || lingering.has(request)) return;
  lingering.add(request);
  response.setHeader('Connection', 'close');
  const until = socket.bytesRead + bytes;
  request.on('error', () => undefined);
  request.on('data', () => {
    if (socket.bytesRead > until) socket.destroy();
  });
  request.resume();
  // What node calls when an answer with `Connection: close` is written; its own version closes both directions.
  socket.destroySoon = () => {
    socket.end();
    const deadline = setTimeout(() => socket.destroy(), ms);
    socket.once('close', () => clearTimeout(deadline));
  };
}
