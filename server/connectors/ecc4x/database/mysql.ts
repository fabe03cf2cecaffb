import { connect as openSocket } from 'node:net';
import { type Connection, createConnection } from 'mysql2';
import type { RawRow } from '../row.ts';
import type { ConnectSettings, Cursor, Engine, EngineConnection } from './engine.ts';
import { type BoundQuery, mysqlStyle } from './query.ts';

const rowsAtOnce = 200;

export const mysql: Engine = { usualPort: 3306, style: mysqlStyle, connect };

async function connect({ config, watch, address, port, tls, offset }: ConnectSettings): Promise<EngineConnection> {
  const connection = createConnection({
    ...{ host: config.host, port, user: config.user, password: config.password, database: config.database },
    stream: () => watch(openSocket({ host: address, port, noDelay: true })),
    ...(tls ? { ssl: { ...tls, verifyIdentity: tls.rejectUnauthorized } as object } : {}),
    charset: 'utf8mb4',
    // As the server writes them, as they would stand in a file.
    ...{ dateStrings: true, supportBigNumbers: true, bigNumberStrings: true, jsonStrings: true },
    // A server must never make its clients read files to it.
    flags: ['-LOCAL_FILES'],
    connectTimeout: 0,
  });
  // What happens to the connection while nobody asks it anything is met by the next one who does.
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  return {
    open: (query) => open(connection, query, config.statement_timeout_seconds, offset),
    close: () => connection.destroy(),
  };
}

async function open(
  connection: Connection,
  query: BoundQuery,
  timeoutSeconds: number,
  offset: string,
): Promise<Cursor> {
  const session = connection.promise();
  const [versions] = await session.query('SELECT VERSION() AS version');
  const [{ version } = { version: '' }] = versions as { version: string }[];
  await session.query(
    /mariadb/i.test(version)
      ? `SET SESSION max_statement_time = ${timeoutSeconds}`
      : `SET SESSION max_execution_time = ${timeoutSeconds * 1000}`,
  );
  await session.query('SET SESSION time_zone = ?', [offset]);
  await session.query('START TRANSACTION READ ONLY');
  return await begin(connection, query);
}

function begin(connection: Connection, { text, values }: BoundQuery): Promise<Cursor> {
  return new Promise((resolve, reject) => {
    const command = connection.execute(text, values);
    const stream = command.stream({ highWaterMark: rowsAtOnce });
    // Once the columns are there, failures are met by whoever reads the rows.
    stream.on('error', reject);
    command.once('fields', (fields: { name: string }[]) =>
      resolve({
        columns: fields.map(({ name }) => name),
        rows: stream[Symbol.asyncIterator]() as AsyncIterator<RawRow>,
      }),
    );
  });
}
