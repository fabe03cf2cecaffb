import type { Connection } from './connection.ts';

export interface PoolLimits {
  connections: number;
  readsPerConnection: number;
}

/** One connection cannot fill a fast line: four with four reads each were measured best. */
export const defaultLimits: PoolLimits = { connections: 4, readsPerConnection: 4 };

interface Member {
  connection: Connection;
  reads: number;
}

/** A few connections to one server, opened as they are needed, each with a bounded number of reads. */
export class ConnectionPool implements AsyncDisposable {
  readonly #open: () => Promise<Connection>;
  readonly #limits: PoolLimits;
  readonly #onRefused: (error: unknown) => void;
  #members: Member[];
  #opening = 0;
  /** A server may allow fewer connections than we would like; what it refused once is not tried again. */
  #most: number;
  readonly #waiting: { resolve: (member: Member) => void; reject: (error: unknown) => void }[] = [];
  #closed = false;

  constructor(
    first: Connection,
    open: () => Promise<Connection>,
    limits: PoolLimits = defaultLimits,
    onRefused: (error: unknown) => void = () => undefined,
  ) {
    this.#members = [{ connection: first, reads: 0 }];
    this.#open = open;
    this.#limits = limits;
    this.#most = limits.connections;
    this.#onRefused = onRefused;
  }

  /** A connection to talk over, without counting as a read. Fails when the connection cannot be had again. */
  async any(): Promise<Connection> {
    const lease = await this.acquire();
    lease.release();
    return lease.connection;
  }

  /** A place for one read. It must be released. */
  async acquire(): Promise<{ connection: Connection; release: () => void }> {
    const member = await this.#place();
    let released = false;
    return {
      connection: member.connection,
      release: () => {
        if (released) return;
        released = true;
        member.reads--;
        this.#serve();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#members.map(({ connection }) => connection[Symbol.asyncDispose]()));
  }

  #place(): Promise<Member> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  #serve(): void {
    this.#members = this.#members.filter(({ connection }) => connection.isOpen);
    while (this.#waiting.length > 0) {
      const best = this.#members.reduce<Member | undefined>(
        (least, member) => (least && least.reads <= member.reads ? least : member),
        undefined,
      );
      if (!best || best.reads >= this.#limits.readsPerConnection) break;
      best.reads++;
      this.#waiting.shift()?.resolve(best);
    }
    this.#grow();
  }

  /** One more connection for every few reads that are asked for at once; reads that wait do not wait for it. */
  #grow(): void {
    const count = this.#members.length + this.#opening;
    const asked = this.#members.reduce((sum, { reads }) => sum + reads, this.#waiting.length);
    const isWanted = asked > (count * this.#limits.readsPerConnection) / 2;
    if (this.#closed || !isWanted || count >= Math.max(1, this.#most)) return;
    this.#opening++;
    this.#open().then(
      (connection) => this.#add(connection),
      (error: unknown) => this.#refused(error),
    );
    this.#grow();
  }

  #add(connection: Connection): void {
    this.#opening--;
    if (this.#closed) {
      void connection[Symbol.asyncDispose]();
      return;
    }
    this.#members.push({ connection, reads: 0 });
    this.#serve();
  }

  #refused(error: unknown): void {
    this.#opening--;
    this.#most = this.#members.length;
    this.#onRefused(error);
    if (this.#members.length > 0 || this.#opening > 0) return;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
