import { posix } from 'node:path';
import type { ByteStream } from '../../byte-stream.ts';
import type { AfterSuccess, ConnectorContext, RecordingRef, SourceItem, SourceSession } from '../connector.ts';
import type { SftpConfig } from './config.ts';
import { type ConnectOptions, connect } from './connect.ts';
import type { Connection } from './connection.ts';
import { finishItem } from './finish.ts';
import { listItems } from './items.ts';
import { isInside, outside, recordingPath } from './paths.ts';
import { connectPinned } from './pin.ts';
import { ConnectionPool } from './pool.ts';
import { changed, closeFile, openFile, ReusedMemory, streamFile, versionOf } from './read.ts';

/** Opens a conversation with the server: signs in and makes sure that the folder is there. */
export async function openSource(
  config: SftpConfig,
  context: ConnectorContext,
  options: ConnectOptions = {},
): Promise<SourceSession> {
  const { connection: first, config: pinned } = await connectPinned(config, context, options);
  try {
    const home = await realPath(first, config.directory);
    const pool = new ConnectionPool(
      first,
      () => connect(pinned, context, options),
      undefined,
      (error) => context.log.info({ err: error, host: config.host }, 'the server allows no more connections'),
    );
    return new SftpSource(pinned, pool, home);
  } catch (error) {
    await first[Symbol.asyncDispose]();
    throw error;
  }
}

export function realPath(connection: Connection, path: string): Promise<string> {
  return connection.request<string>(path, (sftp, done) => sftp.realpath(path, done));
}

class SftpSource implements SourceSession {
  readonly #config: SftpConfig;
  readonly #pool: ConnectionPool;
  /** The folder as the server calls it, links resolved. */
  readonly #home: string;
  readonly #memory = new ReusedMemory();

  constructor(config: SftpConfig, pool: ConnectionPool, home: string) {
    this.#config = config;
    this.#pool = pool;
    this.#home = home;
  }

  async *list(): AsyncGenerator<SourceItem> {
    yield* listItems(await this.#pool.any(), this.#home, this.#config);
  }

  async read(item: SourceItem): Promise<ByteStream> {
    const { connection, file, release } = await this.#open(posix.join(this.#home, item.key));
    if (versionOf(file.stats) === item.version) return streamFile(connection, file, release, this.#memory);
    closeFile(connection, file);
    release();
    throw changed(file.path);
  }

  async finish(item: SourceItem, action: AfterSuccess): Promise<void> {
    await finishItem(await this.#pool.any(), this.#home, item, action, this.#config);
  }

  async recording({ path, itemKey }: RecordingRef): Promise<ByteStream> {
    const { connection, file, release } = await this.#open(recordingPath(this.#folders(), itemKey, path), path);
    return streamFile(connection, file, release, this.#memory);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }

  #folders(): string[] {
    const { directory } = this.#config;
    return posix.isAbsolute(directory)
      ? [posix.normalize(directory).replace(/(.)\/$/, '$1'), this.#home]
      : [this.#home];
  }

  /** Asks for the file and for its real place at once; nothing of it is handed on before both are known. */
  async #open(path: string, asWritten = path) {
    const { connection, release } = await this.#pool.acquire();
    const [place, opened] = await Promise.allSettled([realPath(connection, path), openFile(connection, path)]);
    const isOutside = place.status === 'fulfilled' && !isInside(this.#home, place.value);
    if (opened.status === 'fulfilled' && place.status === 'fulfilled' && !isOutside)
      return { connection, file: opened.value, release };
    if (opened.status === 'fulfilled') closeFile(connection, opened.value);
    release();
    if (isOutside) throw outside(asWritten);
    throw opened.status === 'rejected' ? opened.reason : place.status === 'rejected' && place.reason;
  }
}
