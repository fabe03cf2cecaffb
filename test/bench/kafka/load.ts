import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RowDataPacket } from 'mysql2/promise';
import type { Site } from './site.ts';
import { spawnTo } from './spawn-to.ts';

const runFile = promisify(execFile);

interface Column {
  name: string;
  isBinary: boolean;
}

const fileOf = ({ folder }: Site) => join(folder, 'rows.tsv');

/** Writes all interactions as the text that LOAD DATA reads: ids and hashes in hex, `\N` where there is nothing. */
export async function writeRows(site: Site): Promise<void> {
  const columns = await columnsOf(site);
  const texts = columns.map(({ name, isBinary }) => `COALESCE(${isBinary ? `HEX(${name})` : name}, '\\\\N')`);
  const query = `SELECT ${texts.join(', ')} FROM interaction`;
  // Raw: none of these rows holds a tab, a line end or a backslash.
  const words = ['--batch', '--raw', '--skip-column-names', '--quick', '-e', query];
  await spawnTo(client(site, words), createWriteStream(fileOf(site)));
}

/** Rows per second of the database's own client, into an empty table of the same definition. */
export async function loadByClient(site: Site, count: number): Promise<number> {
  const { pool } = site.services.database;
  await pool.query('DROP TABLE IF EXISTS peer');
  await pool.query('CREATE TABLE peer LIKE interaction');
  const columns = await columnsOf(site);
  const binary = columns.filter(({ isBinary }) => isBinary).map(({ name }) => `${name} = UNHEX(@${name})`);
  const statement = `LOAD DATA LOCAL INFILE '${fileOf(site)}' INTO TABLE peer CHARACTER SET utf8mb4
    (${columns.map(({ name, isBinary }) => (isBinary ? `@${name}` : name)).join(', ')}) SET ${binary.join(', ')}`;
  const { program, words, environment } = client(site, ['-e', statement]);
  const startedAt = performance.now();
  await runFile(program, words, { env: environment });
  const seconds = (performance.now() - startedAt) / 1000;
  const [[row]] = await pool.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM peer');
  if (Number(row?.n) !== count) throw new Error(`The peer loaded ${row?.n} rows instead of ${count}.`);
  await pool.query('DROP TABLE peer');
  return count / seconds;
}

function client({ address }: Site, more: string[]) {
  const { socketPath = '', user, password, database } = address;
  const words = ['--no-defaults', '--local-infile=1', `--socket=${socketPath}`, `--user=${user}`, ...more, database];
  return { program: 'mariadb', words, environment: { ...process.env, MYSQL_PWD: password } };
}

async function columnsOf({ services }: Site): Promise<Column[]> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS type FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'interaction' AND COALESCE(GENERATION_EXPRESSION, '') = ''
      ORDER BY ORDINAL_POSITION`,
  );
  return rows.map(({ name, type }) => ({ name, isBinary: type === 'binary' }));
}
