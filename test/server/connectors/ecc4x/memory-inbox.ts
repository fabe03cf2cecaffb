import type { ByteStream } from '../../../../server/byte-stream.ts';
import type { InboxFile, InboxFolder, InboxServer } from '../../../../server/connectors/connector.ts';
import { AppError } from '../../../../shared/error.ts';

/** An inbox whose files lie in memory. */
export class MemoryInbox implements InboxFolder {
  readonly #files = new Map<string, { file: InboxFile; content: string }>();
  #versions = 0;

  put(path: string, content: string, more: Partial<InboxFile> = {}): void {
    const version = String(++this.#versions);
    const file = { path, version, size: content.length, modifiedAt: new Date(), isComplete: true, ...more };
    this.#files.set(path, { file, content });
  }

  paths(): string[] {
    return [...this.#files.keys()].sort();
  }

  async *list(): AsyncGenerator<InboxFile> {
    for (const path of this.paths()) {
      const found = this.#files.get(path);
      if (found) yield found.file;
    }
  }

  async find(path: string): Promise<InboxFile | undefined> {
    return this.#files.get(path)?.file;
  }

  async open(path: string, version?: string): Promise<ByteStream> {
    const { content, file } = this.#found(path);
    if (version !== undefined && file.version !== version) throw new AppError('item_changed', `${path} has changed.`);
    return (async function* () {
      yield Buffer.from(content);
    })();
  }

  async move({ path }: Pick<InboxFile, 'path' | 'version'>, toPath: string): Promise<void> {
    const { file, content } = this.#found(path);
    this.#files.delete(path);
    this.#files.set(toPath, { file: { ...file, path: toPath }, content });
  }

  async remove({ path }: Pick<InboxFile, 'path' | 'version'>): Promise<void> {
    this.#found(path);
    this.#files.delete(path);
  }

  async server(): Promise<InboxServer> {
    return { host: '127.0.0.1', port: 22, hostKey: '', publicKey: '', isUp: true };
  }

  #found(path: string): { file: InboxFile; content: string } {
    const found = this.#files.get(path);
    if (!found) throw new AppError('path_missing', `There is no ${path}.`);
    return found;
  }
}
