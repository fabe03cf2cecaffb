import { Socket } from 'node:net';
import type { Client } from 'pg';
import type { RawRow } from '../row.ts';
import type { ConnectSettings, Cursor, Engine, EngineConnection } from './engine.ts';
import { type BoundQuery, postgresStyle } from './query.ts';

const rowsAtOnce = 200;
const booleanType = 16;

export const postgres: Engine = { usualPort: 5432, style: postgresStyle, connect };

async function connect({ config, watch, address, port, tls, timezone }: ConnectSettings): Promise<EngineConnection> {
  // Loaded where such a server is read alone: it would stand in the memory of every thread.
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    ...{ host: address, port, user: config.user, password: config.password, database: config.database },
    stream: () => watch(new Socket()),
    ssl: tls ?? false,
    application_name: 'cqa',
    types: { getTypeParser: typeParser },
  });
  // What happens to the connection while nobody asks it anything is met by the next one who does.
  client.on('error', () => undefined);
  await client.connect();
  return {
    open: (query) => open(client, query, config.statement_timeout_seconds, timezone),
    close: () => void client.end().catch(() => undefined),
  };
}

async function open(client: Client, query: BoundQuery, timeoutSeconds: number, timezone: string): Promise<Cursor> {
  await client.query('BEGIN READ ONLY');
  await client.query("SELECT set_config('statement_timeout', $1, true), set_config('TimeZone', $2, true)", [
    String(timeoutSeconds * 1000),
    timezone,
  ]);
  const { default: QueryStream } = await import('pg-query-stream');
  const stream = client.query(new QueryStream(query.text, query.values, { batchSize: rowsAtOnce }));
  const rows = stream[Symbol.asyncIterator]() as AsyncIterator<RawRow>;
  // The columns come with the answer to the first fetch, rows or not.
  const first = await rows.next();
  const { fields } = stream._result as { fields: { name: string }[] };
  return { columns: fields.map(({ name }) => name), rows: startingWith(first, rows) };
}

function startingWith(first: IteratorResult<RawRow>, rest: AsyncIterator<RawRow>): AsyncIterator<RawRow> {
  let isFirst = true;
  return {
    async next() {
      if (!isFirst) return rest.next();
      isFirst = false;
      return first;
    },
  };
}

/** Values as the server writes them, as they would stand in a file: no number and no time is changed on the way. */
function typeParser(type: number): (text: string) => string | boolean {
  return type === booleanType ? (text) => text === 't' : (text) => text;
}
