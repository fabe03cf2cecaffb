import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2/promise';
import { AppError } from '../shared/error.ts';
import { callBack, holdCallbacks } from './after-commit.ts';

/** Where the server is: a DATABASE_URL's parts, or the embedded server's socket. */
export interface DatabaseAddress {
  host?: string;
  port?: number;
  socketPath?: string;
  user: string;
  password: string;
  database: string;
  ssl?: boolean;
}

/** What a query runs on: the pool, or one connection within a transaction. */
export type Connection = Pool | PoolConnection;

export type Flavour = 'mariadb' | 'mysql';

export interface Database {
  pool: Pool;
  address: DatabaseAddress;
  flavour: Flavour;
  version: string;
  /** Whether LOAD DATA LOCAL may be used: the server's own word (`local_infile`). */
  canLoadLocal: boolean;
  close(): Promise<void>;
}

/** mysql://user:password@host:port/name[?ssl=true], or mysql://user:password@localhost/name?socket=/path/of/socket */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const socketPath = searchParams.get('socket');
  return {
    ...(socketPath ? { socketPath } : { host: hostname, port: port ? Number(port) : 3306 }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: searchParams.get('ssl') === 'true',
  };
}

/**
 * Affected rows must mean "changed", so FOUND_ROWS is off: the counts of an upsert are wrong with it. Times travel as
 * UTC in both directions. Wide integers that fit a number come as numbers; binary columns as Buffers.
 */
function poolOptions(address: DatabaseAddress, connectionLimit: number): PoolOptions {
  return {
    ...(address.socketPath ? { socketPath: address.socketPath } : { host: address.host, port: address.port }),
    user: address.user,
    password: address.password,
    database: address.database,
    ...(address.ssl ? { ssl: {} } : {}),
    charset: 'utf8mb4',
    timezone: 'Z',
    flags: ['-FOUND_ROWS', '+LOCAL_FILES'],
    decimalNumbers: true,
    supportBigNumbers: true,
    connectionLimit,
    maxIdle: connectionLimit,
    idleTimeout: 60_000,
    connectTimeout: 10_000,
    enableKeepAlive: true,
  };
}

export interface OpenOptions {
  connectionLimit?: number;
  /**
   * The server drops a connection that has said nothing for so long, and frees its locks: a frozen worker must not hold
   * rows for longer than its lease. Idle connections are closed on this side before.
   */
  silentSeconds?: number;
}

/** Opens a pool and learns what the server is. Fails with `database_unavailable` when it does not answer. */
export async function openDatabase(
  address: DatabaseAddress,
  { connectionLimit = 8, silentSeconds }: OpenOptions = {},
): Promise<Database> {
  // The pool looks for idle ones once a second, so this is earlier than it seems.
  const idle = silentSeconds ? { maxIdle: connectionLimit - 1, idleTimeout: silentSeconds * 250 } : {};
  const waitTimeout = silentSeconds ? `, wait_timeout=${silentSeconds}` : '';
  const pool = createPool({ ...poolOptions(address, connectionLimit), ...idle });
  pool.on('connection', (connection) => {
    // Sent first on the connection, so it runs before whatever the pool's caller sends.
    // The variable's name differs between MySQL and MariaDB, so the level has a statement of its own.
    void connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    void connection.query(
      `SET SESSION time_zone='+00:00', sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'${waitTimeout}`,
    );
  });
  try {
    return { pool, address, ...(await inspectServer(pool)), close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw unavailable(address, error);
  }
}

async function inspectServer(pool: Pool): Promise<Pick<Database, 'flavour' | 'version' | 'canLoadLocal'>> {
  const [rows] = await pool.query('SELECT VERSION() AS version, @@local_infile AS local_infile');
  const { version, local_infile } = (rows as { version: string; local_infile: number }[])[0] ?? {
    version: '',
    local_infile: 0,
  };
  return { version, flavour: /mariadb/i.test(version) ? 'mariadb' : 'mysql', canLoadLocal: local_infile === 1 };
}

function unavailable(address: DatabaseAddress, cause: unknown): AppError {
  const where = address.socketPath ?? `${address.host}:${address.port}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'database_unavailable',
    `The database at ${where} does not answer (${why}). Check DATABASE_URL and that the server is up.`,
    { cause },
  );
}

const deadlock = 1213;
const lockWaitTimeout = 1205;
const maxAttempts = 8;

/**
 * Runs `work` in one READ COMMITTED transaction and commits. Deadlocks and lock waits are tried again with jitter, so
 * `work` must have no effect outside the connection.
 */
export async function transaction<T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (!isContention(error) || attempt === maxAttempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}

async function once<T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  const connection = await begunConnection(pool);
  holdCallbacks(connection);
  const result = await committed(connection, work);
  callBack(pool, connection);
  return result;
}

/**
 * A connection in a new transaction. The server may have dropped one that was idle: until the transaction has begun nothing
 * is lost by taking another one.
 */
async function begunConnection(pool: Pool): Promise<PoolConnection> {
  for (let attempt = 1; ; attempt++) {
    const connection = await pool.getConnection();
    try {
      await connection.beginTransaction();
      return connection;
    } catch (error) {
      connection.destroy();
      if (!(error as { fatal?: boolean }).fatal || attempt === maxAttempts) throw error;
    }
  }
}

async function committed<T>(connection: PoolConnection, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  try {
    const result = await work(connection);
    await connection.commit();
    connection.release();
    return result;
  } catch (error) {
    // A connection in an unknown state must not go back into the pool.
    connection.destroy();
    throw error;
  }
}

function isContention(error: unknown): boolean {
  const errno = (error as { errno?: number } | null)?.errno;
  return errno === deadlock || errno === lockWaitTimeout;
}

export function isDuplicateKey(error: unknown): boolean {
  return (error as { errno?: number } | null)?.errno === 1062;
}
