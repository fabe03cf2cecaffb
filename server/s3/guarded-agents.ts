import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { AppError } from '../../shared/error.ts';
import type { Egress } from '../security/egress.ts';

export interface AgentOptions {
  /** Asked before every connection; undefined where whoever runs this installation named the host. */
  egress: Egress | undefined;
  connectTimeoutMs: number;
  /** Connections at once. */
  sockets: number;
}

export interface GuardedAgents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

/** Agents that keep connections for the next request, and whose every connection passes the egress guard. */
export function guardedAgents(options: AgentOptions): GuardedAgents {
  const kept = { keepAlive: true, maxSockets: options.sockets };
  return { httpAgent: guarded(new HttpAgent(kept), options), httpsAgent: guarded(new HttpsAgent(kept), options) };
}

/** Each connection goes to the address that the guard chose. TLS is verified against the name all the same. */
function guarded<A extends HttpAgent>(agent: A, { egress, connectTimeoutMs }: AgentOptions): A {
  const open = agent.createConnection.bind(agent);
  const connected = async (wanted: ClientRequestArgs): Promise<Duplex> => {
    const host = wanted.host ?? '';
    const place = egress ? { host: (await egress.resolve(host)).address } : {};
    const socket = open({ ...wanted, ...place });
    if (!socket) throw new AppError('internal', `No connection to ${host} could be begun.`);
    destroyedUnlessConnected(socket, unanswered(`${host}:${wanted.port}`, connectTimeoutMs), connectTimeoutMs);
    return socket;
  };
  agent.createConnection = (wanted, opened = () => undefined) => {
    const failed = opened as (error: Error) => void;
    connected(wanted).then((socket) => opened(null, socket), failed);
    return undefined;
  };
  return agent;
}

function destroyedUnlessConnected(socket: Duplex, failure: AppError, timeoutMs: number): void {
  const timer = setTimeout(() => socket.destroy(failure), timeoutMs);
  const settle = () => clearTimeout(timer);
  socket.once('connect', settle).once('close', settle);
}

/** Nothing came back in time. */
export function unanswered(at: string, timeoutMs: number): AppError {
  return new AppError(
    'host_timeout',
    `${at} has not answered for ${timeoutMs / 1000} s. It is overloaded, or a firewall drops our packets, which looks just like this: check the address, and allow our addresses there.`,
  );
}
