import type { Egress } from '../security/egress.ts';
import type { AnswerHead } from './answer-head.ts';
import { Connection } from './connection.ts';
import { unanswered } from './guarded-agents.ts';
import { type GetSigner, pathOfKey } from './signature.ts';

export interface DirectOptions {
  /** Where the bucket's objects lie, as the SDK resolved it. */
  base: URL;
  egress: Egress;
  signer: GetSigner;
  timeoutMs: number;
  /** Sent with each request, names in lower case. */
  headers: Record<string, string>;
}

/** An object's head, its body still to be read from the connection, which `end` gives back, read to its end or closed. */
export interface DirectAnswer {
  head: AnswerHead;
  connection: Connection;
  end(): void;
}

/** An answer that is no object is short, and is read to its end so that its connection can be used again. */
const refusalBytesMost = 64 * 1024;

/**
 * Gets of objects past the SDK, which computes half a millisecond for each and lets garbage pile up: both as much as
 * the bytes of a recording take. Only what goes well is dealt with here. Anything else is the SDK's to ask again, to
 * retry and to tell.
 */
export class DirectGets {
  readonly #options: DirectOptions;
  readonly #basePath: string;
  readonly #connections = new Set<Connection>();
  readonly #free: Connection[] = [];
  #isOver = false;

  constructor(options: DirectOptions) {
    this.#options = options;
    this.#basePath = options.base.pathname.replace(/\/$/, '');
  }

  /** Undefined for every answer but the object. Throws `host_timeout` where none came, and what the guard throws. */
  async get(key: string, ifMatch: string | undefined): Promise<DirectAnswer | undefined> {
    const request = this.#requestOf(key, ifMatch);
    if (request === undefined) return undefined;
    for (;;) {
      const used = this.#takeFree();
      const connection = used ?? (await this.#open());
      const head = await this.#ask(connection, request);
      if (head?.status === 200) return { head, connection, end: () => this.#giveBack(connection) };
      if (head) await this.#drain(connection, head);
      this.#giveBack(connection);
      // A server closes connections that nobody used for a while, mostly as one is used again.
      if (head || !used || this.#isOver) return undefined;
    }
  }

  /** Ends whatever is under way. */
  end(): void {
    this.#isOver = true;
    for (const connection of this.#connections) connection.close();
  }

  #requestOf(key: string, ifMatch: string | undefined): string | undefined {
    const { base, signer, headers } = this.#options;
    const path = `${this.#basePath}/${pathOfKey(key)}`;
    const given = ifMatch === undefined ? headers : { ...headers, 'if-match': ifMatch };
    const signed = Object.entries(signer.sign(base.host, path, given));
    if (signed.some(([, value]) => /[^\x20-\x7e]/.test(value))) return undefined;
    return `GET ${path} HTTP/1.1\r\n${signed.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  }

  #takeFree(): Connection | undefined {
    for (let connection = this.#free.pop(); connection; connection = this.#free.pop()) {
      if (connection.isFree) return connection;
      this.#connections.delete(connection);
    }
    return undefined;
  }

  async #open(): Promise<Connection> {
    const connection = await Connection.open(this.#options.base, this.#options.egress);
    this.#connections.add(connection);
    if (this.#isOver) connection.close();
    return connection;
  }

  async #ask(connection: Connection, request: string): Promise<AnswerHead | undefined> {
    const { base, timeoutMs } = this.#options;
    const late = unanswered(base.host, timeoutMs);
    const timer = setTimeout(() => connection.close(late), timeoutMs);
    try {
      return await connection.request(request);
    } catch (error) {
      if (error === late) throw error;
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  async #drain(connection: Connection, { length }: AnswerHead): Promise<void> {
    const timer = setTimeout(() => connection.close(), this.#options.timeoutMs);
    try {
      if (length > refusalBytesMost) connection.close();
      else while (await connection.next());
    } catch {
      // It closed; the SDK asks over a connection of its own.
    } finally {
      clearTimeout(timer);
    }
  }

  #giveBack(connection: Connection): void {
    if (connection.isFree && !this.#isOver) this.#free.push(connection);
    else {
      connection.close();
      this.#connections.delete(connection);
    }
  }
}
