import { connect, type Socket } from 'node:net';
import type { ConnectorContext } from '../connector.ts';
import { type Peer, socketFailure, stopped, unanswered } from './failure.ts';

/** A TCP connection to the address that the egress guard chose; the name is not looked up again. */
export async function openSocket(peer: Peer, context: ConnectorContext, timeoutMs: number): Promise<Socket> {
  const { address, family } = await context.egress.resolve(peer.host);
  if (context.signal.aborted) throw stopped();
  return await new Promise<Socket>((resolve, reject) => {
    const socket = connect({ host: address, port: peer.port, family, noDelay: true });
    const settle = (act: () => void) => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      act();
    };
    const fail = (error: Error) =>
      settle(() => {
        // A destroyed socket may still report an error; nobody is left to hear it.
        socket.on('error', () => undefined).destroy();
        reject(error);
      });
    const timer = setTimeout(() => fail(unanswered(`${peer.host}:${peer.port}`)), timeoutMs);
    const onAbort = () => fail(stopped());
    context.signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => settle(() => resolve(socket)));
    socket.once('error', (error) => fail(socketFailure(error, peer)));
  });
}
