import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { asStored, notSetUp } from './failure.ts';

/** The opened bucket, and what fails there in words. */
export class BucketAccess {
  readonly #open: () => Promise<Bucket>;
  #opened: Promise<Bucket> | undefined;

  constructor(open: () => Promise<Bucket>) {
    this.#open = open;
  }

  /** Opens it once; one that could not be opened is tried again by the next who needs it. */
  open(): Promise<Bucket> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error instanceof AppError ? notSetUp(error) : error;
    });
    return this.#opened;
  }

  async told<T>(key: string, bucket: Bucket, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(error, key, bucket);
    }
  }

  async *toldWhileRead(key: string, bucket: Bucket, content: ByteStream): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      throw this.#failure(error, key, bucket);
    }
  }

  /** Credentials that were refused are looked for anew by whoever comes next: somebody may have replaced them. */
  #failure(error: unknown, key: string, bucket: Bucket): unknown {
    if (!(error instanceof AppError)) return error;
    if (error.code === 'sign_in_refused') this.#opened = undefined;
    return asStored(error, key, bucket.config);
  }
}
