import { AppError } from '../../../shared/error.ts';
import type { SftpConfig } from './config.ts';
import type { Connection } from './connection.ts';
import { statOf } from './listing.ts';

/**
 * What is wrong with the folder that reports go to, where a failure to make a file in it comes from that; else the failure
 * as it is. The file has a name that nobody knows, so it says nothing to whoever reads it.
 */
export async function folderFailure(error: unknown, connection: Connection, config: SftpConfig): Promise<unknown> {
  if (!(error instanceof AppError) || !connection.isOpen) return error;
  if (error.code === 'permission_denied')
    return new AppError(
      'permission_denied',
      `"${config.username}" may not write into the folder ${placeOf(config)}. Give it the right to on the server, or choose another folder in the connector.`,
      { cause: error, field: 'directory' },
    );
  return missingFolder(error, connection, config);
}

/** The same of a failure to look into the folder, where there is none. */
export async function missingFolder(error: unknown, connection: Connection, config: SftpConfig): Promise<unknown> {
  if (!(error instanceof AppError) || error.code !== 'path_missing' || !connection.isOpen) return error;
  if (await isFolder(connection, config.directory)) return error;
  return new AppError(
    'path_missing',
    `There is no folder ${placeOf(config)}. Make it there, or choose another folder in the connector.`,
    { cause: error, field: 'directory' },
  );
}

function placeOf({ directory, host, port }: SftpConfig): string {
  return `${directory} on ${host}:${port}`;
}

/** What cannot be looked at counts as there: the failure itself says more. */
async function isFolder(connection: Connection, path: string): Promise<boolean> {
  try {
    return (await statOf(connection, path))?.isDirectory() ?? false;
  } catch (error) {
    if (error instanceof AppError) return true;
    throw error;
  }
}
