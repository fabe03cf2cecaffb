import type { Socket } from 'node:net';
import type { AuthContext, ClientInfo, Connection, ServerChannel } from 'ssh2';
import { endInboxSession, openInboxSession, openSessionsOf, seeInboxSession } from '../../db/queries/inbox-sessions.ts';
import type { Services } from '../services.ts';
import type { Attempts } from './attempts.ts';
import { serveChannel } from './channel.ts';
import type { LiveUploads } from './live-uploads.ts';
import type { InboxLogin } from './login.ts';
import { InboxSession } from './session.ts';
import { SignIn, type SignInDelays } from './sign-in.ts';

export interface VisitLimits {
  sessionsPerLogin: number;
  signInMs: number;
  idleMs: number;
}

export const visitLimits: VisitLimits = { sessionsPerLogin: 16, signInMs: 60_000, idleMs: 15 * 60_000 };

/** What all visits share. */
export interface VisitContext {
  services: Services;
  attempts: Attempts;
  live: LiveUploads;
  limits: VisitLimits;
  delays: SignInDelays;
  /** Something may have to be imported now. */
  arrived(): void;
}

/** One connection from its first byte to its end. */
export class Visit {
  readonly #context: VisitContext;
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #client: string;
  readonly #signIn: SignIn;
  readonly #serving = new Set<Promise<void>>();
  readonly #sessions = new Set<InboxSession>();
  readonly #past = { files: 0, bytes: 0 };
  #recordId: number | undefined;
  #reason: string | undefined;
  #lastActiveMs = performance.now();
  #configuredAtMs: number | undefined;
  readonly ended: Promise<void>;

  constructor(context: VisitContext, connection: Connection, info: ClientInfo, socket: Socket) {
    this.#context = context;
    this.#connection = connection;
    this.#socket = socket;
    this.#address = addressOf(info.ip);
    this.#client = info.header.versions.software;
    const { services, attempts, delays } = context;
    const visitor = { address: this.#address, turnAway: (reason: string) => this.end(reason) };
    this.#signIn = new SignIn(services, attempts, visitor, delays);
    const timer = setTimeout(() => this.end('no sign-in in time'), context.limits.signInMs);
    connection.on('authentication', (request: AuthContext) => void this.#signIn.answer(request));
    connection.once('ready', () => {
      clearTimeout(timer);
      this.#begin();
    });
    // A lost connection is an error to the library; to us it is one of the ways in which visits end.
    connection.on('error', (error: Error) => {
      this.#reason ??= `the connection was lost: ${error.message}`;
    });
    this.ended = new Promise((resolve) => {
      connection.once('close', () => {
        clearTimeout(timer);
        void this.#close().finally(resolve);
      });
    });
  }

  get login(): InboxLogin | undefined {
    return this.#signIn.login;
  }

  end(reason: string): void {
    this.#reason ??= reason;
    this.#connection.end();
    // A client that does not close its side must not hold ours.
    setTimeout(() => this.#socket.destroy(), 2000).unref();
  }

  /** The record goes on; a visit that was idle for too long, or whose login is not what it was, ends. */
  async look(configuredAtMs: number | undefined): Promise<void> {
    if (this.#recordId === undefined) return;
    this.#configuredAtMs ??= configuredAtMs;
    if (configuredAtMs === undefined) return this.end('the login was removed or disabled');
    if (configuredAtMs !== this.#configuredAtMs) return this.end('the login was changed');
    if (performance.now() - this.#lastActiveMs > this.#context.limits.idleMs) return this.end('idle for too long');
    await seeInboxSession(this.#context.services.database.pool, this.#recordId, this.#received());
  }

  #begin(): void {
    this.#connection.on('session', (accept) => {
      const session = accept();
      session.on('subsystem', (acceptChannel: () => ServerChannel, reject: () => void, { name }: { name: string }) => {
        if (name !== 'sftp' || !this.login) return reject?.();
        const serving = this.#serve(acceptChannel(), this.login).finally(() => this.#serving.delete(serving));
        this.#serving.add(serving);
      });
    });
  }

  async #serve(channel: ServerChannel, login: InboxLogin): Promise<void> {
    const { services, live, arrived } = this.#context;
    // Nothing is lost while the record is made: a channel that nobody listens to keeps what comes.
    if (!(await this.#record(login))) return;
    const session = new InboxSession(services, login, live, arrived);
    this.#sessions.add(session);
    const reason = await serveChannel(channel, session, () => {
      this.#lastActiveMs = performance.now();
    });
    this.#sessions.delete(session);
    this.#past.files += session.received.files;
    this.#past.bytes += session.received.bytes;
    this.#reason ??= reason;
    if (this.#sessions.size === 0) this.#connection.end();
  }

  /** False where the login has too many sessions, or there is no telling. */
  async #record(login: InboxLogin): Promise<boolean> {
    if (this.#recordId !== undefined) return true;
    const { services, limits } = this.#context;
    const { pool } = services.database;
    try {
      if ((await openSessionsOf(pool, login.connectorId)) >= limits.sessionsPerLogin) {
        services.log.warn({ inbox: login.connectorName, address: this.#address }, 'too many sessions of one login');
        this.end('too many sessions of this login');
        return false;
      }
      this.#recordId = await openInboxSession(pool, login, { remoteAddress: this.#address, client: this.#client });
      return true;
    } catch (error) {
      services.log.error({ err: error }, 'a session at the inbox could not be recorded');
      this.end('the session could not be recorded');
      return false;
    }
  }

  #received(): { files: number; bytes: number } {
    const sum = { ...this.#past };
    for (const { received } of this.#sessions) {
      sum.files += received.files;
      sum.bytes += received.bytes;
    }
    return sum;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#serving);
    if (this.#recordId === undefined) return;
    const { services } = this.#context;
    try {
      const reason = this.#reason ?? 'the client ended the connection';
      await endInboxSession(services.database.pool, this.#recordId, this.#received(), reason);
    } catch (error) {
      services.log.warn({ err: error }, 'the end of a session at the inbox could not be recorded');
    }
  }
}

/** `::ffff:10.0.0.1` is 10.0.0.1. */
export function addressOf(ip: string | undefined): string {
  return (ip ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}
