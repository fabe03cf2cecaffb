import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { RawRow } from '../row.ts';
import type { DatabaseConfig } from '../source-config.ts';
import type { BoundQuery, PlaceholderStyle } from './query.ts';

/** How one kind of server is spoken to. */
export interface Engine {
  usualPort: number;
  style: PlaceholderStyle;
  connect(settings: ConnectSettings): Promise<EngineConnection>;
}

export interface ConnectSettings {
  config: DatabaseConfig;
  /** What the egress guard chose; the name is not looked up again. */
  address: string;
  /** Given the socket before it connects, and gives it back. */
  watch(socket: Socket): Socket;
  port: number;
  /** Undefined: without TLS. */
  tls: ConnectionOptions | undefined;
  /** ECC's zone, and its offset on the day that is asked for (`+05:30`). */
  timezone: string;
  offset: string;
}

export interface EngineConnection {
  /** Begins a read-only transaction with the statement's time limit, and the query in it. */
  open(query: BoundQuery): Promise<Cursor>;
  /** Ends the conversation, whatever it is in the middle of. Never throws. */
  close(): void;
}

/** Rows as the server sends them; what nobody has asked for yet stays there. */
export interface Cursor {
  columns: string[];
  rows: AsyncIterator<RawRow>;
}
