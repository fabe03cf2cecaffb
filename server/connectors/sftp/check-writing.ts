import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Direction } from '../../../shared/connector.ts';
import { AppError } from '../../../shared/error.ts';
import type { Told } from '../check-steps.ts';
import { type SftpConfig, sftpUrl } from './config.ts';
import type { Connection } from './connection.ts';
import { makeFolders, moveFile } from './finish.ts';
import { statOf } from './listing.ts';
import { removeFile } from './rename.ts';
import { writeFile, writeInFolder } from './sink.ts';
import { realPath } from './source.ts';

/** What a run will do besides reading, tried with a test file. */
export function writingOf({ after_success }: SftpConfig, direction: Direction) {
  if (direction === 'export') return deliverTestFile;
  return after_success === 'leave' ? undefined : tryAfterSuccess;
}

async function writeTestFile(connection: Connection, config: SftpConfig): Promise<Told> {
  const folder = await realPath(connection, config.directory);
  const path = posix.join(folder, testName());
  await writeFile(connection, path, content());
  await removeFile(connection, path);
  return { message: `A test file was written into ${sftpUrl(config, folder)} and removed again.` };
}

/** As a report is delivered: under one name first, then under its own. */
async function deliverTestFile(connection: Connection, config: SftpConfig): Promise<Told> {
  const folder = await realPath(connection, config.directory);
  const [first, last] = [posix.join(folder, testName()), posix.join(folder, testName())];
  await writeInFolder(connection, config, first, content());
  try {
    await moveFile(connection, first, last);
  } catch (error) {
    await removeFile(connection, first);
    if (!(error instanceof AppError) || error.code !== 'permission_denied') throw error;
    throw new AppError(
      'permission_denied',
      `Files can be written, but not renamed: "${config.username}" needs the right to rename in ${config.directory}, because a report gets its name when it is complete. Give it on the server. (${error.message})`,
      { cause: error, field: 'directory' },
    );
  }
  await removeFile(connection, last);
  return { message: `A test file was written into ${sftpUrl(config, folder)}, renamed and removed again.` };
}

/** What `after_success` will do is done with a test file, so that its rights are known before the first run. */
async function tryAfterSuccess(connection: Connection, config: SftpConfig): Promise<Told> {
  try {
    return await (config.after_success === 'move' ? moveTestFile : writeTestFile)(connection, config);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'permission_denied') throw error;
    throw new AppError(
      'permission_denied',
      `Files can be read, but not ${config.after_success === 'move' ? 'moved' : 'deleted'} afterwards: "${config.username}" needs the right to write, rename and delete in ${config.directory}. Give it on the server, or leave files where they are. (${error.message})`,
      { cause: error, field: 'after_success' },
    );
  }
}

/** A file made in the folder, moved as others will be, and removed. */
async function moveTestFile(connection: Connection, config: SftpConfig): Promise<Told> {
  const folder = await realPath(connection, config.directory);
  const name = testName();
  const made = await missingFolder(connection, folder, config.processed_directory);
  const processed = await makeFolders(connection, folder, config.processed_directory);
  try {
    await writeFile(connection, posix.join(folder, name), content());
    await moveFile(connection, posix.join(folder, name), posix.join(processed, name));
    await removeFile(connection, posix.join(processed, name));
  } catch (error) {
    if (connection.isOpen) await removeFile(connection, posix.join(folder, name));
    throw error;
  } finally {
    if (connection.isOpen) await removeFolders(connection, made, processed);
  }
  return { message: `A test file was moved into ${sftpUrl(config, processed)} and removed there.` };
}

/** The first folder on the way that is not there yet. */
async function missingFolder(connection: Connection, home: string, below: string): Promise<string | undefined> {
  let folder = home;
  for (const name of posix.normalize(below).split('/').filter(Boolean)) {
    folder = posix.join(folder, name);
    if (!(await statOf(connection, folder))) return folder;
  }
  return undefined;
}

/** From the last one upwards to the first that was made; a check leaves nothing behind. */
async function removeFolders(connection: Connection, first: string | undefined, last: string): Promise<void> {
  if (first === undefined) return;
  for (let folder = last; folder.length >= first.length; folder = posix.dirname(folder))
    await connection.request(folder, (sftp, done) => sftp.rmdir(folder, (error) => done(error)));
}

function testName(): string {
  return `.cqa-test-${randomBytes(6).toString('hex')}.tmp`;
}

async function* content(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('Connection test of CQA Data Integrations. This file may be deleted.\n');
}
