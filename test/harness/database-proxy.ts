import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { DatabaseAddress } from '../../db/database.ts';
import { CommandReader } from './database-commands.ts';

/**
 * When a trap springs on a statement: `before` the server has it; `after` the server has done it, within whatever
 * transaction it belongs to, and before the program knows; `committed`: the same of the commit that follows it.
 */
export type Moment = 'before' | 'after' | 'committed';

/** Waits, at as many proxies as it is set in, for one statement; springs once. */
export interface Trap {
  /** Whether this is the statement; `earlier` is the one before it on the same connection. */
  matches(sql: string, earlier: string): boolean;
  moment: Moment;
  /** Called at the moment itself; nothing else passes meanwhile. What is held then passes when the proxy is mended. */
  spring(): void;
  isSprung?: boolean;
}

/** The line between one program and its database server, which sees what the program asks. */
export interface DatabaseProxy {
  /** Where the program finds the database. */
  url: string;
  /** Statements that were passed on so far. */
  statementCount(): number;
  set(trap: Trap): void;
  clear(): void;
  /** Both ends see their connections end; new ones are ended at once. */
  cut(): void;
  /** Nothing passes, and nobody is told: both ends believe that the other one is slow. */
  silence(): void;
  /** What is held passes; what was silent for a while is ended; new connections are let through. */
  mend(): void;
  close(): Promise<void>;
}

interface Line {
  near: Socket;
  far: Socket;
  /** Passes what was held back. */
  release(): void;
}

export async function startDatabaseProxy(address: DatabaseAddress): Promise<DatabaseProxy> {
  const lines = new Set<Line>();
  const state: ProxyState = { trap: undefined, statements: 0, mode: 'open' };
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (state.mode === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const line = openLine(near, address, state);
    lines.add(line);
    near.once('close', () => lines.delete(line));
    if (state.mode === 'silent') pause(line);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    for (const { near, far } of lines) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  return {
    url: urlOf(address, (server.address() as AddressInfo).port),
    statementCount: () => state.statements,
    set(trap) {
      state.trap = trap;
    },
    clear() {
      state.trap = undefined;
    },
    cut() {
      state.mode = 'cut';
      end();
    },
    silence() {
      state.mode = 'silent';
      for (const line of lines) pause(line);
    },
    mend() {
      if (state.mode === 'silent') end();
      state.mode = 'open';
      for (const line of lines) line.release();
    },
    async close() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}

interface ProxyState {
  trap: Trap | undefined;
  statements: number;
  mode: 'open' | 'cut' | 'silent';
}

function openLine(near: Socket, address: DatabaseAddress, state: ProxyState): Line {
  const { socketPath, host = '127.0.0.1', port = 3306 } = address;
  const far = socketPath ? connect(socketPath) : connect(port, host);
  const held: (() => void)[] = [];
  let earlier = '';
  /** A trap whose statement was passed on, and whose moment is an answer to come. */
  let awaited: { trap: Trap; isCommit: boolean } | undefined;
  let isHolding = false;
  let isInTransaction = false;

  const hold = (pass: () => void) => {
    if (isHolding) held.push(pass);
    else pass();
  };
  const spring = (trap: Trap) => {
    if (trap.isSprung) return;
    trap.isSprung = true;
    isHolding = true;
    trap.spring();
  };
  /** Springs, or remembers for which answer to wait. */
  const watch = (sql: string) => {
    const { trap } = state;
    if (awaited && isCommit(sql)) awaited.isCommit = true;
    if (isBegin(sql)) isInTransaction = true;
    else if (isCommit(sql)) isInTransaction = false;
    if (!trap || trap.isSprung || awaited || !trap.matches(sql, earlier)) return;
    if (trap.moment === 'before') spring(trap);
    else awaited = { trap, isCommit: !isInTransaction };
  };
  const commands = new CommandReader((packet, sql) => {
    if (sql !== undefined) {
      state.statements++;
      watch(sql);
      earlier = sql;
    }
    hold(() => far.write(packet));
  });
  near.on('data', (bytes) => commands.read(bytes));
  far.on('data', (bytes) => {
    const isNow = awaited && (awaited.trap.moment === 'after' || awaited.isCommit);
    if (awaited && isNow) {
      spring(awaited.trap);
      awaited = undefined;
    }
    hold(() => near.write(bytes));
  });
  far.on('error', () => undefined);
  far.once('close', () => hold(() => near.destroy()));
  near.once('close', () => far.destroy());
  return {
    ...{ near, far },
    release() {
      isHolding = false;
      for (const pass of held.splice(0)) pass();
    },
  };
}

function isBegin(sql: string): boolean {
  return /^(start transaction|begin)\b/i.test(sql);
}

function isCommit(sql: string): boolean {
  return /^commit\b/i.test(sql);
}

function pause({ near, far }: Line): void {
  near.pause();
  far.pause();
}

function urlOf({ user, password, database }: DatabaseAddress, port: number): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `mysql://${login}@127.0.0.1:${port}/${database}`;
}
