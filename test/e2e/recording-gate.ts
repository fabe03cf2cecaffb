import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wavHeader } from '../harness/wav.ts';

/** A server of recordings that answers nobody until it is opened. */
export interface RecordingGate {
  addressOf(name: string): string;
  /** Those of these processes that wait for a recording now. */
  waiting(processIds: readonly number[]): number[];
  open(): void;
  close(): void;
  stop(): Promise<void>;
}

const recordingBytes = 16_044;
const recording = Buffer.concat([wavHeader(recordingBytes), Buffer.alloc(recordingBytes - 44)]);

export async function startRecordingGate(): Promise<RecordingGate> {
  const held = new Map<ServerResponse, number>();
  let isOpen = false;
  const answer = (response: ServerResponse) => {
    response.setHeader('content-type', 'audio/wav');
    response.end(recording);
  };
  const server = createServer((request, response) => {
    if (isOpen) return answer(response);
    held.set(response, request.socket.remotePort ?? 0);
    response.once('close', () => held.delete(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    addressOf: (name) => `http://127.0.0.1:${port}/${name}.wav`,
    waiting(processIds) {
      const sockets = socketsOf([...held.values()], port);
      return processIds.filter((id) => holdsAny(id, sockets));
    },
    open() {
      isOpen = true;
      for (const response of held.keys()) answer(response);
    },
    close() {
      isOpen = false;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The kernel's numbers of the client's ends of these connections (see proc(5), net/tcp). */
function socketsOf(clientPorts: number[], serverPort: number): Set<string> {
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const wanted = new Set(clientPorts.map(hex));
  const sockets = new Set<string>();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
    if (wanted.has(local.slice(-5)) && remote.endsWith(hex(serverPort))) sockets.add(`socket:[${inode}]`);
  }
  return sockets;
}

function holdsAny(processId: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${processId}/fd`;
  return readdirSync(folder).some((name) => {
    try {
      return sockets.has(readlinkSync(`${folder}/${name}`));
    } catch {
      // It was closed while we looked.
      return false;
    }
  });
}
