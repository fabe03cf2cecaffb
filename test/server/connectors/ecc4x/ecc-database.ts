import { execFileSync } from 'node:child_process';
import type { NetConnectOpts } from 'node:net';
import { requireProgram } from '../../../../server/machine/programs.ts';
import { freshDatabase } from '../../../harness/database.ts';
import type { FixtureCall } from '../calls-fixture.ts';
import { campaignId, legOf, wallClock, yesterday } from './known-calls.ts';
import { postgresPassword, postgresUser, startPostgres } from './postgres-server.ts';

/** A real database server with a table as ECC's. */
export interface EccTable {
  server: NetConnectOpts;
  /** What a connector is told beside host and port. */
  settings: Record<string, unknown>;
  execute(sql: string): string;
  stop(): Promise<void>;
}

const table = `CREATE TABLE cdr (crt_object_id VARCHAR(100) NOT NULL, call_id VARCHAR(100), campaign_id INT,
  call_originate_time TIMESTAMP NULL, talk_time INT, disposition VARCHAR(100));`;

function query(seconds: string): string {
  return `SELECT crt_object_id, call_id, campaign_id, call_originate_time AS interaction_start_time,
       ${seconds} AS duration_seconds, disposition, ':from' AS quoted -- of :to
  FROM cdr WHERE call_originate_time >= :from AND call_originate_time < :to ORDER BY call_originate_time;`;
}

export async function startMysqlTable(): Promise<EccTable> {
  const { socketPath, host, port, user, password, database } = await freshDatabase();
  const where = socketPath ? [`--socket=${socketPath}`] : [`--host=${host}`, `--port=${port}`];
  const program = requireProgram('mariadb client');
  const execute = (sql: string): string =>
    execFileSync(program, [...where, `--user=${user}`, '--batch', '--skip-column-names', database], {
      ...{ input: `SET time_zone = '+05:30';\n${sql}`, stdio: 'pipe', encoding: 'utf8' },
      env: { ...process.env, MYSQL_PWD: password },
    });
  execute(table);
  return {
    server: socketPath ? { path: socketPath } : { host: host ?? '', port: port ?? 3306 },
    settings: { engine: 'mysql', user, password, database, query: query('talk_time DIV 1000') },
    execute,
    stop: async () => void execute(`DROP DATABASE \`${database}\``),
  };
}

export async function startPostgresTable(programs: string): Promise<EccTable> {
  const { port, execute, stop } = await startPostgres(programs);
  execute(table);
  return {
    server: { host: '127.0.0.1', port },
    settings: {
      ...{ engine: 'postgres', user: postgresUser, password: postgresPassword, database: 'postgres' },
      query: query('talk_time / 1000'),
    },
    execute,
    stop,
  };
}

export function insertCalls({ execute }: EccTable, calls: number | FixtureCall[]): void {
  if (typeof calls === 'number') execute(bulkSql(calls));
  else if (calls.length > 0) execute(`INSERT INTO cdr VALUES ${calls.map(valuesOf).join(',\n')};`);
}

function valuesOf({ id, startedAt, durationSeconds = 60 }: FixtureCall): string {
  const started = wallClock(startedAt);
  return `('${id}', '${legOf(id)}', ${campaignId}, '${started}', ${durationSeconds * 1000}, 'SALE')`;
}

/** By cross join, which every server understands. */
function bulkSql(count: number): string {
  const digits = `(${Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ')})`;
  const number = 'a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d';
  const id = `CONCAT('bulk-', LPAD(CONCAT(${number}, ''), 6, '0'))`;
  return `INSERT INTO cdr SELECT ${id}, CONCAT(${id}, '-vcall-1'), ${campaignId}, '${wallClock(yesterday())}', 60000, 'SALE'
    FROM ${['a', 'b', 'c', 'e', 'f'].map((name) => `${digits} ${name}`).join(' CROSS JOIN ')} WHERE ${number} < ${count};`;
}
