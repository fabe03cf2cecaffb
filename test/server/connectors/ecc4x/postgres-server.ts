import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localhostCertificate, localhostKey } from '../../../harness/certificate.ts';
import { eventually } from '../../../harness/eventually.ts';
import { scratchFolder } from '../../../harness/folders.ts';
import { freePort } from '../../../harness/ports.ts';
import { makeSystemUser, removeSystemUser } from '../../../harness/system-user.ts';

const base = '/usr/lib/postgresql';
export const postgresUser = 'ecc_reader';
export const postgresPassword = 'password-of-postgres';

/** The folder of PostgreSQL's programs as Debian installs them; undefined where this machine has none. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(base)) return undefined;
  const folders = readdirSync(base).map((version) => join(base, version, 'bin'));
  return folders.reverse().find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

export interface PostgresServer {
  port: number;
  /** Runs SQL and waits for it. */
  execute(sql: string): string;
  stop(): Promise<void>;
}

/** A real PostgreSQL in a temporary folder, on loopback, that wants a password (SCRAM) and offers TLS. */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = scratchFolder('postgres');
  // The server refuses to run as root.
  const user = await makeSystemUser();
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  if (user) chownSync(folder, user.uid, user.gid);
  const own = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    if (user) chownSync(path, user.uid, user.gid);
    return path;
  };
  const certificate = own('certificate', localhostCertificate);
  const key = own('key', localhostKey);
  const passwordFile = own('password', postgresPassword);
  const port = await freePort();
  const data = join(folder, 'data');
  const options = { ...as, cwd: folder, stdio: 'pipe' as const };
  execFileSync(
    join(programs, 'initdb'),
    [
      ...['-D', data, '-U', postgresUser, '--no-locale', '-E', 'UTF8', '--no-sync'],
      ...['--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ],
    options,
  );
  const settings = [
    ...['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`, 'shared_buffers=16MB'],
    ...['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`],
  ].flatMap((setting) => ['-c', setting]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-F', ...settings], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  });
  const environment = { ...process.env, PGPASSWORD: postgresPassword };
  const execute = (sql: string): string =>
    execFileSync(
      join(programs, 'psql'),
      ['-h', folder, '-p', String(port), '-U', postgresUser, '-d', 'postgres', '-qAt'],
      {
        input: sql,
        env: environment,
        stdio: 'pipe',
        encoding: 'utf8',
      },
    );
  await eventually('PostgreSQL answers', () => answers(execute));
  return {
    port,
    execute,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGQUIT');
      await ended;
      if (user) await removeSystemUser(user.name);
    },
  };
}

function answers(execute: (sql: string) => string): boolean {
  try {
    return execute('SELECT 1;').trim() === '1';
  } catch {
    return false;
  }
}
