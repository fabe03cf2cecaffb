import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Egress } from '../security/egress.ts';
import { type AnswerHead, parseHead } from './answer-head.ts';
import { ReceiveMemory } from './receive-memory.ts';

const headBytesMost = 64 * 1024;

/**
 * One HTTP/1.1 connection for one GET after another, whose bytes are received into the same memory again and again: each
 * piece of a body is good until the next one is asked for. Node's own client gives every 64 KB new memory, which kept the
 * garbage collector busy and 80 MB resident. Only plain answers are read; anything else closes the connection.
 */
export class Connection {
  readonly #socket: Socket;
  #state: 'free' | 'asked' | 'answered' | 'closed' = 'free';
  #begun = Buffer.alloc(0);
  #head: AnswerHead | undefined;
  readonly #memory = new ReceiveMemory();
  /** Bytes of the body that have not come yet. */
  #due = 0;
  #failure = new Error('the connection was closed');
  #wake: () => void = () => undefined;

  private constructor(open: (onread: OnReadOpts) => Socket) {
    this.#socket = open({
      buffer: () => this.#memory.room(),
      callback: (length, { buffer, byteOffset }) => this.#receive(Buffer.from(buffer, byteOffset, length)),
    });
    this.#socket.on('error', (error) => this.close(error));
    this.#socket.on('end', () => this.close());
    this.#socket.on('close', () => this.close());
  }

  /** Connects to the address that the egress guard chose; TLS is verified against the name all the same. */
  static async open(url: URL, egress: Egress): Promise<Connection> {
    const isSecure = url.protocol === 'https:';
    const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const { address, family } = await egress.resolve(name);
    const place = { host: address, family, port: Number(url.port) || (isSecure ? 443 : 80), noDelay: true };
    if (!isSecure) return new Connection((onread) => connect({ ...place, onread }));
    const secure = { ...place, ALPNProtocols: ['http/1.1'], ...(isIP(name) ? {} : { servername: name }) };
    return new Connection((onread) => {
      const options: ConnectionOptions & { onread: OnReadOpts } = { ...secure, onread };
      return connectTls(options);
    });
  }

  get isFree(): boolean {
    return this.#state === 'free';
  }

  /** Sends a request and waits for the head of its answer. Throws what the connection failed with. */
  async request(text: string): Promise<AnswerHead> {
    if (this.#state !== 'free') throw this.#failure;
    this.#state = 'asked';
    this.#socket.write(text, 'latin1');
    await this.#until(() => this.#head !== undefined);
    const head = this.#head;
    if (!head) throw this.#failure;
    return head;
  }

  /** The next bytes of the body; undefined at its end. */
  async next(): Promise<Uint8Array | undefined> {
    const waiting = this.#memory.take();
    if (waiting) return waiting;
    if (this.#due > 0) {
      // The last piece is used, so where the memory was full there is room again.
      this.#socket.resume();
      await this.#until(() => this.#memory.hasWaiting);
    }
    const piece = this.#memory.take();
    if (!piece && this.#due > 0) throw this.#failure;
    if (!piece && this.#state === 'answered') this.#release();
    return piece;
  }

  close(failure?: Error): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    if (failure) this.#failure = failure;
    this.#socket.destroy();
    this.#wake();
  }

  #release(): void {
    const isKept = this.#head?.isKept;
    this.#head = undefined;
    if (isKept) {
      this.#state = 'free';
      // Nothing is due, but its end has to be noticed.
      this.#socket.resume();
    } else this.close();
  }

  /** Takes what arrived. False stops the flow until it is resumed. */
  #receive(bytes: Buffer): boolean {
    const mayGoOn = this.#memory.arrived(bytes);
    if (this.#state === 'asked') this.#receiveHead(bytes);
    else if (this.#state === 'answered' && bytes.length <= this.#due) this.#receiveBody(bytes);
    else this.close(new Error('more came than was announced'));
    return mayGoOn && this.#state !== 'closed';
  }

  #receiveBody(bytes: Buffer): void {
    this.#due -= bytes.length;
    this.#memory.keep(bytes);
    this.#wake();
  }

  #receiveHead(bytes: Buffer): void {
    const all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1 && all.length < headBytesMost) {
      this.#begun = Buffer.from(all);
      return;
    }
    this.#begun = Buffer.alloc(0);
    const head = end === -1 ? undefined : parseHead(all.toString('latin1', 0, end));
    const rest = bytes.subarray(bytes.length - (all.length - end - 4));
    if (!head || rest.length > head.length) {
      this.close(new Error('the answer is no plain one'));
      return;
    }
    this.#state = 'answered';
    this.#head = head;
    this.#due = head.length;
    this.#receiveBody(rest);
  }

  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere() && this.#state !== 'closed')
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }
}
