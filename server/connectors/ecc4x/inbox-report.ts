import { posix } from 'node:path';
import type { ByteStream } from '../../byte-stream.ts';
import type { AfterSuccess, ConnectorContext, InboxFile, InboxFolder, ListRequest, SourceItem } from '../connector.ts';
import { standingOf, stillUploaded } from '../files/offered.ts';
import type { ReportConfig } from './source-config.ts';

/** The reports that VLA has uploaded into an inbox of this account. */
export class InboxReports {
  readonly #config: ReportConfig;
  readonly #context: ConnectorContext;
  #folder: Promise<InboxFolder> | undefined;

  constructor(config: ReportConfig, context: ConnectorContext) {
    this.#config = config;
    this.#context = context;
  }

  async *list({ range }: ListRequest = {}): AsyncGenerator<SourceItem> {
    const folder = await this.#opened();
    for await (const file of folder.list()) {
      const item = this.#itemOf(file);
      if (item && (!range || (file.modifiedAt >= range.from && file.modifiedAt < range.to))) yield item;
    }
  }

  async read({ key, version }: SourceItem): Promise<ByteStream> {
    return (await this.#opened()).open(key, version);
  }

  async finish({ key, version }: SourceItem, action: AfterSuccess): Promise<void> {
    const folder = await this.#opened();
    const file = { path: key, version };
    if (action === 'delete') await folder.remove(file);
    else await folder.move(file, posix.join(this.#home(), this.#config.processed_directory, posix.basename(key)));
  }

  /** Undefined for what is no report: another kind of file, another folder, one that was read and moved. */
  #itemOf({ path, version, size, modifiedAt, isComplete }: InboxFile): SourceItem | undefined {
    const home = this.#home();
    if (home !== '' && !path.startsWith(`${home}/`)) return undefined;
    if (path.startsWith(`${posix.join(home, this.#config.processed_directory)}/`)) return undefined;
    const standing = standingOf(posix.basename(path), this.#config.file_format);
    if (standing === 'other') return undefined;
    const isReady = isComplete && standing === 'offered';
    const readiness = isReady ? 'ready' : { waiting: stillUploaded(path) };
    return { key: path, version, size, modifiedAt, readiness };
  }

  /** Without slashes around it; empty for the whole inbox. */
  #home(): string {
    return (this.#config.directory ?? '').replace(/^\/+|\/+$/g, '');
  }

  #opened(): Promise<InboxFolder> {
    this.#folder ??= this.#context.inbox({ name: this.#config.inbox });
    return this.#folder;
  }
}
