import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { folderError } from './folders.ts';
import type { Layout } from './layout.ts';

export const databaseUser = 'cqa';
export const databaseName = 'cqa';

/** The password of this data folder, made once. Should its file get lost, a new one takes effect at the next start. */
export function openPassword(layout: Layout): string {
  if (!existsSync(layout.password)) {
    const fresh = `${layout.password}.new`;
    writeFileSync(fresh, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
    renameSync(fresh, layout.password);
  }
  return readPassword(layout);
}

/** @throws AppError permission_denied for a user who may not read it */
export function readPassword(layout: Layout): string {
  try {
    return readFileSync(layout.password, 'utf8').trim();
  } catch (thrown) {
    throw folderError(layout.password, thrown);
  }
}

/**
 * Writes the statements that the server runs at each start before anybody can connect. They change nothing when all is
 * as it should be, and mend a start that was cut off, so no server ever listens with an account without password.
 */
export function writeUsers(layout: Layout, password: string): void {
  const account = `'${databaseUser}'@'localhost'`;
  const statements = [
    `CREATE DATABASE IF NOT EXISTS ${databaseName} CHARACTER SET utf8mb4;`,
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${password}';`,
    `ALTER USER ${account} IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO ${account} WITH GRANT OPTION;`,
    `ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY '${password}';`,
  ];
  writeFileSync(layout.accounts, `${statements.join('\n')}\n`, { mode: 0o600 });
}
