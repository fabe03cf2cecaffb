import type { ByteStream } from '../byte-stream.ts';
import type { Semaphore } from '../semaphore.ts';
import { endable } from './http/body.ts';

/** Opens a stream when there is a permit for it, which is released with the stream, however that ends. */
export async function limitedStream(semaphore: Semaphore, open: () => Promise<ByteStream>): Promise<ByteStream> {
  const release = await semaphore.acquire();
  try {
    return endable(await open(), release);
  } catch (error) {
    release();
    throw error;
  }
}
