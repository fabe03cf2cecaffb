import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Bucket } from '../../s3/bucket.ts';
import type { MultipartUpload } from '../../s3/multipart.ts';
import { addPart, beginUpload, partBytesLeast, putWhole } from '../../s3/upload.ts';
import { collectYoungEvery } from '../../young-garbage.ts';
import type { ByteBudget } from '../byte-budget.ts';
import { readFully } from '../open-stream.ts';

const countPassing = collectYoungEvery();

/**
 * Sends a sealed file of our own disk while it still grows. What it holds in memory is what is on its way to the server
 * at that moment, so that a slow source holds nothing.
 */
export class GrowingFileUpload {
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #path: string;
  readonly #memory: ByteBudget;
  #handle: FileHandle | undefined;
  #upload: MultipartUpload | undefined;
  #sent = 0;

  constructor(bucket: Bucket, key: string, path: string, memory: ByteBudget) {
    this.#bucket = bucket;
    this.#key = key;
    this.#path = path;
    this.#memory = memory;
  }

  /** Sends whole parts of the first `writtenBytes`, which stay as they are. There is more to come. */
  async follow(writtenBytes: number): Promise<void> {
    while (writtenBytes - this.#sent > partBytesLeast) await this.#sendPart(partBytesLeast);
  }

  /** The file is complete: when this resolves, so is the object. */
  async complete(): Promise<void> {
    this.#handle ??= await open(this.#path, 'r');
    const { size } = await this.#handle.stat();
    await this.follow(size);
    if (!this.#upload) return await this.#send(size, (bytes) => putWhole(this.#bucket, this.#key, bytes));
    await this.#sendPart(size - this.#sent);
    await this.#upload.complete();
    this.#upload = undefined;
  }

  /** Ends it in any case: nothing stays of the file, nor of an object that is not complete. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
    await rm(this.#path, { force: true });
    await this.#upload?.abandon();
  }

  async #sendPart(length: number): Promise<void> {
    this.#upload ??= await beginUpload(this.#bucket, this.#key);
    const upload = this.#upload;
    await this.#send(length, (bytes) => addPart(upload, bytes));
    this.#sent += length;
  }

  async #send(length: number, send: (bytes: Buffer) => Promise<void>): Promise<void> {
    this.#handle ??= await open(this.#path, 'r');
    const handle = this.#handle;
    await this.#memory.hold(length, async () => send(await readFully(handle, this.#sent, length, this.#key)));
    countPassing(length);
  }
}
