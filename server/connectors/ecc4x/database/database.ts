import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { DateTime } from 'luxon';
import { AppError } from '../../../../shared/error.ts';
import { trustedAuthorities } from '../../../security/trusted-authorities.ts';
import type { DaySlice } from '../../calls/day-slices.ts';
import { WallClock } from '../../calls/wall-clock.ts';
import type { ConnectorContext } from '../../connector.ts';
import type { RawRow } from '../row.ts';
import { type RowPage, type RowSource, today } from '../rows.ts';
import type { DatabaseConfig } from '../source-config.ts';
import type { Cursor, Engine, EngineConnection } from './engine.ts';
import { databaseFailure, isWithoutTls } from './failure.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import { bindQuery, isWhole } from './query.ts';
import { Watchdog } from './watchdog.ts';

export interface DatabaseSettings {
  certificate_authority?: string | undefined;
  timezone: string;
  /** Until the server lets us in. */
  connectTimeoutMs?: number | undefined;
  /** How long it may be silent beyond the longest time of a query. */
  graceMs?: number | undefined;
}

const engines: Record<DatabaseConfig['engine'], Engine> = { postgres, mysql };
const rowsPerPage = 500;

/** Rows of ECC's database by a query of this installation: one connection and one read-only transaction for each day, or for all. */
export class EccDatabase implements RowSource {
  readonly place: string;
  readonly isWhole: boolean;
  readonly #config: DatabaseConfig;
  readonly #settings: DatabaseSettings;
  readonly #context: ConnectorContext;
  readonly #engine: Engine;
  readonly #port: number;

  constructor(config: DatabaseConfig, settings: DatabaseSettings, context: ConnectorContext) {
    this.#config = config;
    this.#settings = settings;
    this.#context = context;
    this.#engine = engines[config.engine];
    this.#port = config.port ?? this.#engine.usualPort;
    this.place = `${config.host}:${this.#port}`;
    this.isWhole = isWhole(config.query, this.#engine.style);
  }

  async reach(): Promise<void> {
    using watchdog = this.#watchdog();
    const connection = await this.#connect(watchdog, today(this.#settings.timezone));
    connection.close();
  }

  async *pages(slice: DaySlice): AsyncGenerator<RowPage> {
    using watchdog = this.#watchdog();
    const clock = new WallClock(this.#settings.timezone);
    const range = { from: clock.textOf(slice.start), to: clock.textOf(slice.end) };
    const query = bindQuery(this.#config.query, range, this.#engine.style);
    const connection = await this.#connect(watchdog, slice);
    try {
      const limitMs = this.#config.statement_timeout_seconds * 1000 + (this.#settings.graceMs ?? 30_000);
      const cursor = await this.#translated(() => watchdog.within(limitMs, () => connection.open(query)));
      yield { columns: cursor.columns, rows: [] };
      for (let isOver = false; !isOver; ) {
        const rows: RawRow[] = [];
        isOver = await this.#translated(() => watchdog.within(limitMs, () => fill(rows, cursor)));
        yield { columns: cursor.columns, rows };
      }
    } finally {
      connection.close();
    }
  }

  #watchdog(): Watchdog {
    return new Watchdog(this.#context.signal, this.place);
  }

  async #connect(watchdog: Watchdog, { start }: DaySlice): Promise<EngineConnection> {
    const { address } = await this.#resolve();
    const { timezone, connectTimeoutMs = 15_000 } = this.#settings;
    const watch = (socket: Socket): Socket => watchdog.watch(socket);
    const where = { config: this.#config, watch, address, port: this.#port };
    const when = { timezone, offset: DateTime.fromJSDate(start, { zone: timezone }).toFormat('ZZ') };
    const connect = (tls: ConnectionOptions | undefined) =>
      watchdog.within(connectTimeoutMs, () => this.#engine.connect({ ...where, ...when, tls }));
    return await this.#translated(() =>
      connect(this.#tls()).catch((thrown: unknown) => {
        if (this.#config.tls !== 'prefer' || !isWithoutTls(thrown)) throw thrown;
        watchdog.release();
        return connect(undefined);
      }),
    );
  }

  async #resolve(): Promise<{ address: string; family: 4 | 6 }> {
    try {
      return await this.#context.egress.resolve(this.#config.host);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      throw new AppError(thrown.code, thrown.message, { cause: thrown.cause, field: 'source.host' });
    }
  }

  #tls(): ConnectionOptions | undefined {
    const { host, tls } = this.#config;
    const { certificate_authority: authority } = this.#settings;
    if (tls === 'off') return undefined;
    return {
      rejectUnauthorized: tls === 'verify',
      ...(isIP(host) ? {} : { servername: host }),
      ...(authority ? { ca: trustedAuthorities(authority) } : {}),
    };
  }

  async #translated<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (thrown) {
      throw databaseFailure(thrown, this.#config, this.#port);
    }
  }
}

/** A page's rows from the cursor; whether there are no more. */
async function fill(rows: RawRow[], { rows: cursor }: Cursor): Promise<boolean> {
  while (rows.length < rowsPerPage) {
    const { done, value } = await cursor.next();
    if (done) return true;
    rows.push(value);
  }
  return false;
}
