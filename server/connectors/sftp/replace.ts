import type { Connection } from './connection.ts';
import { statOf } from './listing.ts';
import { removeFile, renameByExtension, renamePlainly } from './rename.ts';

/**
 * Puts a finished file in the place of another. OpenSSH does it in one step. Most other servers refuse a name that is
 * taken: there the old file is put aside, and comes back where the new one cannot take its place.
 */
export async function replaceFile(connection: Connection, from: string, to: string): Promise<void> {
  if (await renameByExtension(connection, from, to)) return;
  const aside = asideOf(from);
  if (await statOf(connection, to)) {
    await removeFile(connection, aside);
    await renamePlainly(connection, to, aside);
  }
  try {
    await renamePlainly(connection, from, to);
  } catch (error) {
    if (connection.isOpen) await putBack(connection, from, to);
    throw error;
  }
  await removeFile(connection, aside);
}

/** The old file in its place again, after a replacement that was broken off. */
export async function putBack(connection: Connection, from: string, to: string): Promise<void> {
  const aside = asideOf(from);
  if (!(await statOf(connection, aside))) return;
  if (await statOf(connection, to)) await removeFile(connection, aside);
  else await renamePlainly(connection, aside, to);
}

function asideOf(temporary: string): string {
  return `${temporary}.old`;
}
