import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Where requests go: a port on this machine, a path, and a key. */
export interface Target {
  port: number;
  path: string;
  key: string;
}

/**
 * One client's keep-alive connection, one request at a time. Written on the bare socket: whatever a client costs is
 * taken from the servers that are measured on the same machine.
 */
export class Connection {
  readonly #target: Target;
  readonly #head: string;
  #socket: Socket | undefined;

  constructor(target: Target) {
    this.#target = target;
    this.#head = `POST ${target.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: ${target.key}\r\nContent-Type: application/json\r\nContent-Length: `;
  }

  /** The answer's status. */
  async post(body: string): Promise<number> {
    const socket = await this.#open();
    return new Promise((resolve, reject) => {
      let text = '';
      const lost = () => reject(new Error(`The connection was closed after ${text.length} bytes of an answer.`));
      const take = (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (!isWhole(text)) return;
        socket.off('data', take);
        socket.off('close', lost);
        resolve(Number(text.slice(9, 12)));
      };
      socket.on('data', take);
      socket.on('close', lost);
      this.#send(socket, body);
    });
  }

  /**
   * Sends and never reads the answer, as a client does that loses its network: gone when the request was sent, or when
   * its answer began to come.
   */
  async abandon(body: string, when: 'sent' | 'answered'): Promise<void> {
    const socket = await this.#open();
    const answered = when === 'answered' ? once(socket, 'data') : undefined;
    await new Promise<void>((resolve) => this.#send(socket, body, resolve));
    await answered;
    this.close();
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #send(socket: Socket, body: string, sent?: () => void): void {
    socket.write(`${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`, sent);
  }

  async #open(): Promise<Socket> {
    if (this.#socket && !this.#socket.destroyed) return this.#socket;
    const socket = connect(this.#target.port, '127.0.0.1');
    socket.setNoDelay(true);
    await once(socket, 'connect');
    this.#socket = socket;
    return socket;
  }
}

/** Both servers say how long their answers are. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]);
  return text.length >= end + 4 + length;
}
