import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { type FileFacts, readForm } from '../../../../server/api/multipart/read-form.ts';
import type { ByteStream } from '../../../../server/byte-stream.ts';
import { type FormLimits, type Pace, uploadPace } from '../../../../server/http/upload/limits.ts';
import { lingerAfterAnswer } from '../../../../server/http/upload/linger.ts';
import { AppError } from '../../../../shared/error.ts';
import { wavHeader } from '../../../harness/wav.ts';

export interface FormServer {
  url: string;
  port: number;
  /** What readForm() threw, or undefined, of each request that has ended. */
  outcomes: (AppError | undefined)[];
  close(): Promise<void>;
}

export interface FormServerOptions {
  limits: FormLimits;
  pace?: Partial<Pace>;
  takeFile(content: ByteStream, facts: FileFacts): Promise<unknown>;
}

/** A server that answers forms with their fields and what became of their file. */
export async function formServer({ limits, pace, takeFile }: FormServerOptions): Promise<FormServer> {
  const outcomes: FormServer['outcomes'] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const { fields, file } = await readForm(request, { limits, pace: { ...uploadPace, ...pace }, takeFile });
      outcomes.push(undefined);
      response.end(JSON.stringify({ fields: Object.fromEntries(fields), file }));
    } catch (thrown) {
      const { code, message, field } = AppError.from(thrown);
      outcomes.push(AppError.from(thrown));
      lingerAfterAnswer(request, response, { bytes: 64 * 1024 ** 2, ms: 3000 });
      response.statusCode = 400;
      response.end(JSON.stringify({ code, message, field }));
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    outcomes,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const boundary = 'b0undary';

/** One part of a form, with what frames it. */
export function part(name: string, content: string | Uint8Array, fileName?: string): Buffer {
  const file = fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}

export const formEnd = Buffer.from(`--${boundary}--\r\n`);

/** A connection on which a form was begun. */
export async function beginForm(port: number, first: Uint8Array): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=${boundary}\r\n\r\n`,
  );
  sendChunk(socket, first);
  return socket;
}

export function sendChunk(socket: Socket, bytes: Uint8Array): boolean {
  return socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
}

/** Everything that comes until the connection ends. */
export async function readAll(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => pieces.push(bytes));
  socket.resume();
  if (!socket.destroyed) await once(socket, 'close');
  return Buffer.concat(pieces).toString();
}

/** So many bytes that begin like a recording. */
export function wav(bytes: number): Buffer {
  const content = Buffer.alloc(bytes, 7);
  content.set(wavHeader(bytes, { channels: 1 }).subarray(0, bytes));
  return content;
}
