/** Bytes as they arrive. A piece may be valid only until the next one is asked for. */
export type ByteStream = AsyncIterable<Uint8Array>;
