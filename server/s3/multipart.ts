import { stopped } from '../security/bounded-body.ts';
import type { Bucket, Tools } from './bucket.ts';
import type { Asked } from './failure.ts';

/** What names an upload in parts in each of its requests, with the number of the part. */
export interface PartPlace {
  Key: string;
  UploadId: string | undefined;
  PartNumber: number;
}

/** How one part comes to the server; gives its ETag. */
export type SendPart = (tools: Tools, part: PartPlace) => Promise<{ ETag?: string | undefined }>;

/**
 * An object that is put together from parts, one after the other. It appears, whole, when `complete` resolves; until then
 * an older one of its name stays. One that is not completed must be abandoned.
 */
export class MultipartUpload {
  readonly #bucket: Bucket;
  readonly #asked: Asked;
  readonly #upload: { Key: string; UploadId: string | undefined };
  readonly #parts: { PartNumber: number; ETag: string | undefined }[] = [];

  private constructor(bucket: Bucket, asked: Asked, upload: { Key: string; UploadId: string | undefined }) {
    this.#bucket = bucket;
    this.#asked = asked;
    this.#upload = upload;
  }

  /** `given` goes into the request that begins it. */
  static async begin(
    bucket: Bucket,
    asked: Asked & { key: string },
    given: { ServerSideEncryption?: 'AES256' | 'aws:kms'; SSEKMSKeyId?: string } = {},
  ): Promise<MultipartUpload> {
    const Key = asked.key;
    const { UploadId } = await bucket.callToEnd(asked, ({ client, sdk, place, options }) =>
      client.send(new sdk.CreateMultipartUploadCommand({ ...place, ...given, Key }), options),
    );
    const upload = new MultipartUpload(bucket, asked, { Key, UploadId });
    if (!bucket.signal.aborted) return upload;
    await upload.abandon();
    throw stopped();
  }

  /** `bytes` is how much the part sends or lets the server copy. */
  async add(bytes: number, send: SendPart): Promise<void> {
    const part = { ...this.#upload, PartNumber: this.#parts.length + 1 };
    const { ETag } = await this.#bucket.call(this.#asked, (tools) => send(tools, part), bytes);
    this.#parts.push({ PartNumber: part.PartNumber, ETag });
  }

  async complete(): Promise<void> {
    const MultipartUpload = { Parts: this.#parts };
    await this.#bucket.callToEnd(this.#asked, ({ client, sdk, place, options }) =>
      client.send(new sdk.CompleteMultipartUploadCommand({ ...place, ...this.#upload, MultipartUpload }), options),
    );
  }

  /** Parts that nobody completes stay, unseen, and cost the bucket's owner money. What failed before is what is told. */
  async abandon(): Promise<void> {
    await this.abort().catch(() => undefined);
  }

  /** Nothing of it is left when this resolves. */
  async abort(): Promise<void> {
    const asked = { actions: ['s3:AbortMultipartUpload'], key: this.#upload.Key };
    await this.#bucket.cleanUp(asked, ({ client, sdk, place, options }) =>
      client.send(new sdk.AbortMultipartUploadCommand({ ...place, ...this.#upload }), options),
    );
  }
}
