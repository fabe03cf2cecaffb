import type { ByteStream } from '../../byte-stream.ts';

/** A stream in parts, which are read one after the other. */
export interface Parts {
  /** The next part's bytes. */
  next(): ByteStream;
  /** Whether the stream has ended, and not just a part of it. */
  hasEnded(): boolean;
  /** Ends the reading of the stream, wherever it is. */
  leave(): Promise<void>;
}

/**
 * Cuts a stream of pieces between two of them, as soon as a part has `partBytes`. The last part of `wholeBytes` takes what
 * is beyond them, too: its reader is who says that this is too much.
 */
export function partsOf(
  content: ByteStream,
  { partBytes, wholeBytes }: { partBytes: number; wholeBytes: number },
): Parts {
  const pieces = content[Symbol.asyncIterator]();
  let left = wholeBytes;
  let hasEnded = false;
  async function* next(): AsyncGenerator<Uint8Array> {
    for (let taken = 0; taken < partBytes || left <= 0; ) {
      const piece = await pieces.next();
      hasEnded = piece.done === true;
      if (piece.done) return;
      taken += piece.value.length;
      left -= piece.value.length;
      yield piece.value;
    }
  }
  return {
    next,
    hasEnded: () => hasEnded,
    async leave() {
      await pieces.return?.();
    },
  };
}
