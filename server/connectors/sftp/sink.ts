import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { ConnectorContext, DeliveryPart, Receipt, SinkSession } from '../connector.ts';
import { type SftpConfig, sftpUrl } from './config.ts';
import type { ConnectOptions } from './connect.ts';
import type { Connection } from './connection.ts';
import { folderFailure } from './folder-failure.ts';
import { connectPinned } from './pin.ts';
import { removeFile } from './rename.ts';
import { putBack, replaceFile } from './replace.ts';
import { realPath } from './source.ts';

const pieceBytes = 255 * 1024;
const piecesAhead = 8;
/** So long the clean-up behind a cancelled delivery may take. */
const cleanUpMs = 2_500;

export async function openSink(
  config: SftpConfig,
  context: ConnectorContext,
  options: ConnectOptions = {},
): Promise<SinkSession> {
  const { connection, config: pinned } = await connectPinned(config, context, options);
  /** A cancelled delivery has lost its connection with everything else; what it had written goes by another one. */
  async function cleanedUp(error: unknown, part: DeliveryPart): Promise<never> {
    if (isCancelled(context.signal)) await removeLeftover(pinned, context, options, part);
    throw error;
  }
  try {
    const home = await realPath(connection, config.directory);
    return {
      deliver: (part) => deliver(connection, pinned, home, part).catch((error) => cleanedUp(error, part)),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

/** Writes under a name that nobody reads, makes sure that all of it arrived, then puts it in place. */
async function deliver(connection: Connection, config: SftpConfig, home: string, part: DeliveryPart): Promise<Receipt> {
  const target = posix.join(home, posix.basename(part.fileName));
  const temporary = posix.join(home, temporaryName(part));
  try {
    await writeInFolder(connection, config, temporary, await part.open());
    await verifySize(connection, temporary, part.byteSize);
    await replaceFile(connection, temporary, target);
  } catch (error) {
    if (connection.isOpen) await removeFile(connection, temporary);
    throw error;
  }
  return { location: sftpUrl(config, target), byteSize: part.byteSize };
}

/** Where no file can be made in the folder, the failure is about the folder. */
export async function writeInFolder(
  connection: Connection,
  config: SftpConfig,
  path: string,
  content: ByteStream,
): Promise<void> {
  try {
    await writeFile(connection, path, content);
  } catch (error) {
    throw await folderFailure(error, connection, config);
  }
}

/** The same content has the same temporary name, so a delivery that was broken off is overwritten by the next. */
function temporaryName({ fileName, sha256 }: DeliveryPart): string {
  return `.${posix.basename(fileName)}.${sha256.slice(0, 12)}.part`;
}

/** Not where the lease was lost or the program ends: somebody goes on with the same file then. */
function isCancelled({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof AppError && reason.code === 'cancelled';
}

async function removeLeftover(
  config: SftpConfig,
  context: ConnectorContext,
  options: ConnectOptions,
  part: DeliveryPart,
): Promise<void> {
  try {
    const brief = { ...context, signal: AbortSignal.timeout(cleanUpMs) };
    const { connection } = await connectPinned(config, brief, options);
    try {
      const home = await realPath(connection, config.directory);
      const temporary = posix.join(home, temporaryName(part));
      await putBack(connection, temporary, posix.join(home, posix.basename(part.fileName)));
      await removeFile(connection, temporary);
    } finally {
      await connection[Symbol.asyncDispose]();
    }
  } catch (error) {
    context.log.warn(
      { err: error, file: temporaryName(part) },
      'what a cancelled delivery had written could not be removed',
    );
  }
}

export async function writeFile(connection: Connection, path: string, content: ByteStream): Promise<void> {
  const handle = await connection.handle(path, (sftp, done) => sftp.open(path, 'w', done));
  const ahead: Promise<void>[] = [];
  let position = 0;
  try {
    for await (const piece of pieces(content)) {
      const at = position;
      position += piece.length;
      const written = connection.request(path, (sftp, done) =>
        sftp.write(handle, piece, 0, piece.length, at, (error) => done(error)),
      );
      written.catch(() => undefined);
      if (ahead.push(written) >= piecesAhead) await ahead.shift();
    }
    await Promise.all(ahead);
  } finally {
    await connection.request(path, (sftp, done) => sftp.close(handle, (error) => done(error)));
  }
}

/** Gathers small pieces and cuts large ones, so that each request is worth its round trip. */
async function* pieces(content: ByteStream): AsyncGenerator<Buffer> {
  let gathered: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of content) {
    gathered.push(bytes);
    length += bytes.length;
    if (length < pieceBytes) continue;
    const whole = Buffer.concat(gathered, length);
    const even = whole.length - (whole.length % pieceBytes);
    for (let at = 0; at < even; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
    gathered = [whole.subarray(even)];
    length = whole.length - even;
  }
  if (length > 0) yield Buffer.concat(gathered, length);
}

async function verifySize(connection: Connection, path: string, expected: number): Promise<void> {
  const { size } = await connection.request<Stats>(path, (sftp, done) => sftp.stat(path, done));
  if (size === expected) return;
  throw new AppError(
    'protocol_error',
    `The server kept ${size} of ${expected} bytes of ${path}. Check that it has room, and that nothing takes files away there.`,
  );
}
