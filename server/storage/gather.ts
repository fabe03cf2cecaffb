import type { ByteStream } from '../byte-stream.ts';
import { collectYoungEvery } from '../young-garbage.ts';
import { chunkBytes } from './sealed.ts';

const countPassing = collectYoungEvery();

/**
 * The same bytes in pieces of the size in which they are sealed. The writer lends one of a fixed number of places to
 * each file with an incomplete piece; slow uploads must not hold all of them while nothing comes. A piece is valid until
 * the next one is asked for.
 */
export async function* gathered(content: ByteStream): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(chunkBytes);
  let length = 0;
  for await (const bytes of content) {
    countPassing(bytes.length);
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, chunkBytes - length);
      piece.set(bytes.subarray(at, at + taken), length);
      at += taken;
      length += taken;
      if (length < chunkBytes) break;
      yield piece;
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
}
