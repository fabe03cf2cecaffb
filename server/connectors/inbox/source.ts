import { posix } from 'node:path';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { stopped } from '../../security/bounded-body.ts';
import type {
  AfterSuccess,
  ConnectorContext,
  InboxFile,
  InboxFolder,
  RecordingRef,
  SourceItem,
  SourceSession,
} from '../connector.ts';
import { standingOf, stillUploaded, waitsForMarker } from '../files/offered.ts';
import { recordingPath } from '../sftp/paths.ts';
import type { InboxConfig } from './config.ts';

/** Opens the inbox as it lies in our own storage. */
export async function openSource(config: InboxConfig, context: ConnectorContext): Promise<SourceSession> {
  return new InboxSource(config, await openFolder(config, context), context.signal);
}

export function openFolder({ username }: InboxConfig, context: ConnectorContext): Promise<InboxFolder> {
  if (username !== undefined) return context.inbox({ username });
  throw new AppError('invalid', 'This inbox has no login yet: saving it makes one. Save the connector first.', {
    field: 'username',
  });
}

class InboxSource implements SourceSession {
  readonly #config: InboxConfig;
  readonly #folder: InboxFolder;
  readonly #signal: AbortSignal;

  constructor(config: InboxConfig, folder: InboxFolder, signal: AbortSignal) {
    this.#config = config;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Nothing where another connector reads this inbox: by this one's mapping its files would be rejected. */
  async *list(): AsyncGenerator<SourceItem> {
    if (this.#folder.readBy === undefined) yield* untilStopped(listItems(this.#folder, this.#config), this.#signal);
  }

  notes(): readonly string[] {
    return this.#folder.readBy === undefined ? [] : [readByNote(this.#folder.readBy)];
  }

  async read({ key, version }: SourceItem): Promise<ByteStream> {
    return untilStopped(await this.#folder.open(key, version), this.#signal);
  }

  async recording({ path, itemKey }: RecordingRef): Promise<ByteStream> {
    const place = recordingPath(['/'], itemKey, path).slice(1);
    try {
      return untilStopped(await this.#folder.open(place), this.#signal);
    } catch (error) {
      // Senders push their lists before the recordings as often as after them.
      if (error instanceof AppError && error.code === 'path_missing')
        throw new AppError('recording_not_yet', `/${place} has not been uploaded yet.`, { cause: error });
      throw error;
    }
  }

  /** The done marker goes with its file: one that stayed would call the next file of that name complete. */
  async finish({ key, version }: SourceItem, action: AfterSuccess): Promise<void> {
    const { done_marker, processed_directory } = this.#config;
    if (action === 'delete') await this.#folder.remove({ path: key, version });
    else await this.#folder.move({ path: key, version }, posix.join(processed_directory, key));
    const marker = done_marker === undefined ? undefined : await this.#folder.find(key + done_marker);
    if (marker) await this.#folder.remove(marker);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is nothing to close: it is our own storage.
  }
}

export function readByNote(name: string): string {
  return `read by "${name}"`;
}

async function* untilStopped<T>(pieces: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const piece of pieces) {
    if (signal.aborted) throw stopped();
    yield piece;
  }
}

/** What lies in the inbox to be imported, in any of its folders but the one for files that were read. */
export async function* listItems(folder: InboxFolder, config: InboxConfig): AsyncGenerator<SourceItem> {
  const processed = `${posix.normalize(config.processed_directory).replace(/\/+$/, '')}/`;
  for await (const file of folder.list()) {
    const name = posix.basename(file.path);
    const standing = standingOf(name, config.file_format);
    if (standing === 'other' || file.path.startsWith(processed)) continue;
    const { path, version, size, modifiedAt } = file;
    const readiness =
      standing === 'unfinished' ? { waiting: stillUploaded(path) } : await readinessOf(folder, file, config);
    yield { key: path, version, size, modifiedAt, readiness };
  }
}

async function readinessOf(
  folder: InboxFolder,
  { path, isComplete }: InboxFile,
  { done_marker }: InboxConfig,
): Promise<SourceItem['readiness']> {
  if (!isComplete) return { waiting: stillUploaded(path) };
  if (done_marker === undefined || (await folder.find(path + done_marker))?.isComplete) return 'ready';
  return { waiting: waitsForMarker(path + done_marker) };
}
