import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { Bucket, type BucketOptions, readsAtOnce } from '../../s3/bucket.ts';
import { openObject } from '../../s3/object.ts';
import type { ObjectBody } from '../../s3/object-body.ts';
import { stopped } from '../../security/bounded-body.ts';
import { Semaphore } from '../../semaphore.ts';
import type { AfterSuccess, ConnectorContext, RecordingRef, SourceItem, SourceSession } from '../connector.ts';
import type { ConnectorBucket, S3Config } from './config.ts';
import { finishItem } from './finish.ts';
import { holdsLink, recordingKeys } from './keys.ts';
import { listItems } from './listing.ts';

/** Opens a conversation with the bucket. Nothing is asked of it yet; listing it is the first to fail. */
export async function openSource(
  config: S3Config,
  context: ConnectorContext,
  options: BucketOptions = {},
): Promise<SourceSession> {
  return new S3Source(await Bucket.open(config, context, options));
}

class S3Source implements SourceSession {
  readonly #bucket: ConnectorBucket;
  readonly #reads = new Semaphore(readsAtOnce);
  /** An unread body would hold its connection for ever, so none outlives the session. */
  readonly #bodies = new Set<ObjectBody>();
  readonly #onAbort = () => this.#endReads();
  #isClosed = false;

  constructor(bucket: ConnectorBucket) {
    this.#bucket = bucket;
    bucket.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  list(): AsyncIterable<SourceItem> {
    return listItems(this.#bucket);
  }

  read({ key, version }: SourceItem): Promise<ByteStream> {
    return this.#open(this.#bucket.config.prefix + key, version);
  }

  async recording({ path, itemKey }: RecordingRef): Promise<ByteStream> {
    const [first = '', ...others] = recordingKeys(this.#bucket.config, itemKey, path);
    try {
      return await this.#open(first, undefined);
    } catch (error) {
      const [other] = others;
      if (other === undefined || !(error instanceof AppError) || error.code !== 'path_missing') throw error;
      return await this.#open(other, undefined).catch((second: unknown) => {
        throw second instanceof AppError && second.code === 'path_missing' ? error : second;
      });
    }
  }

  holds(link: string): boolean {
    return holdsLink(this.#bucket.config, link);
  }

  finish(item: SourceItem, action: AfterSuccess): Promise<void> {
    return finishItem(this.#bucket, item, action);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#bucket.signal.removeEventListener('abort', this.#onAbort);
    this.#endReads();
    await this.#bucket[Symbol.asyncDispose]();
  }

  async #open(key: string, version: string | undefined): Promise<ByteStream> {
    const release = await this.#reads.acquire();
    try {
      if (this.#isClosed) throw stopped();
      const body: ObjectBody = await openObject(this.#bucket, key, version, () => {
        this.#bodies.delete(body);
        release();
      });
      this.#bodies.add(body);
      if (this.#isClosed) body.end(stopped());
      return body;
    } catch (error) {
      release();
      throw error;
    }
  }

  #endReads(): void {
    this.#reads.open();
    this.#bucket.direct?.end();
    for (const body of this.#bodies) body.end(stopped());
  }
}
