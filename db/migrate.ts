import { createHash } from 'node:crypto';
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { AppError } from '../shared/error.ts';
import { type Migration, migrations } from './migrations/index.ts';

/** Locks are the server's, which may have several databases of several products. */
const lockName = "CONCAT('cqa.migrate.', SHA1(DATABASE()))";
const lockSeconds = 60;

/**
 * Brings the schema up to date and returns the ids applied now. Several programs may start at once: one migrates, the
 * others wait. An applied migration whose text has changed stops the start with `migration_changed`.
 */
export async function migrate(pool: Pool, list: Migration[] = migrations): Promise<string[]> {
  const connection = await pool.getConnection();
  try {
    await lock(connection);
    const applied = await appliedChecksums(connection);
    const missing = list.filter((migration) => !isApplied(migration, applied));
    for (const migration of missing) await apply(connection, migration);
    return missing.map(({ id }) => id);
  } finally {
    await connection.query(`DO RELEASE_LOCK(${lockName})`);
    connection.release();
  }
}

async function lock(connection: PoolConnection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT GET_LOCK(${lockName}, ?) AS locked`, [lockSeconds]);
  if (rows[0]?.locked !== 1)
    throw new AppError(
      'database_unavailable',
      `Another program has been migrating this database for ${lockSeconds} s. Wait for it, then start again.`,
    );
}

async function appliedChecksums(connection: PoolConnection): Promise<Map<string, string>> {
  await connection.query(
    'CREATE TABLE IF NOT EXISTS migration (id VARCHAR(120) PRIMARY KEY, checksum CHAR(64) NOT NULL, applied_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3))',
  );
  const [rows] = await connection.query<RowDataPacket[]>('SELECT id, checksum FROM migration');
  return new Map(rows.map((row) => [row.id, row.checksum]));
}

function isApplied(migration: Migration, applied: Map<string, string>): boolean {
  const checksum = applied.get(migration.id);
  if (checksum !== undefined && ![checksumOf(migration), ...(migration.formerChecksums ?? [])].includes(checksum))
    throw new AppError(
      'migration_changed',
      `Migration ${migration.id} was changed after it had been applied here. Restore its text and put the change into a new migration.`,
    );
  return checksum !== undefined;
}

async function apply(connection: PoolConnection, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await change(connection, statement);
  await connection.query('INSERT INTO migration (id, checksum) VALUES (?, ?)', [migration.id, checksumOf(migration)]);
}

/** The table, the column, the key is there already; the key has its new name. */
const alreadyDone = [1050, 1060, 1061, 1176];

/** Alone: among other changes it would hide that those were not made. */
const dropsKeyAlone = /^ALTER TABLE \w+ DROP KEY \w+$/;
const noSuchKey = 1091;

/** DDL commits by itself, so a program killed in mid-migration must be able to run the same list again. */
async function change(connection: PoolConnection, statement: string): Promise<void> {
  try {
    await connection.query(statement);
  } catch (error) {
    const { errno = 0 } = error as { errno?: number };
    const isDropped = errno === noSuchKey && dropsKeyAlone.test(statement);
    if (!isDropped && !alreadyDone.includes(errno)) throw error;
  }
}

export function checksumOf({ statements }: Migration): string {
  return createHash('sha256').update(statements.join(';\n')).digest('hex');
}
