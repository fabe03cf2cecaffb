import type { Readable } from 'node:stream';
import { AppError } from '../../../shared/error.ts';
import { sniffAudio, sniffLength } from '../../analysis/media/sniff.ts';
import type { ByteStream } from '../../byte-stream.ts';

const graceMs = 200;

/** What one request brings of a file. */
export interface Incoming {
  bytes: ByteStream;
  /** Whether the next bytes are waited for, and not our own disk. */
  isReading(): boolean;
  /** How many were handed on. */
  taken(): number;
}

export interface IncomingOptions {
  /** How many bytes may still come. */
  most: number;
  /** Of a recording's beginning: it is looked at as soon as there is enough of it. */
  sniff: { wholeBytes: number } | undefined;
  /** Ends the reading; what came is kept. */
  signal: AbortSignal;
}

/**
 * The request's bytes; where the line breaks they simply end, because what came is kept and the client goes on from
 * there. Throws what sniffAudio() throws, and `invalid` when more comes than was announced.
 */
export function incoming(source: Readable, { most, sniff, signal }: IncomingOptions): Incoming {
  let isReading = false;
  let taken = 0;
  async function* uncut(): AsyncGenerator<Uint8Array> {
    const chunks = source[Symbol.asyncIterator]();
    const end = { done: true, value: undefined } as const;
    // A request that another one takes over from: its line is dead, or its client has left it. What came of it is read.
    const leave = () => setTimeout(() => source.destroy(), graceMs);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    for (;;) {
      isReading = true;
      const next = await chunks.next().catch(() => end);
      isReading = false;
      if (next.done) return;
      taken += next.value.length;
      if (taken > most) throw new AppError('invalid', 'More bytes came than the file was announced with.');
      yield next.value;
    }
  }
  const bytes = sniff ? sniffed(uncut(), sniff.wholeBytes) : uncut();
  return { bytes, isReading: () => isReading, taken: () => taken };
}

/** A file cut short is judged when the rest comes: see import-file.ts. */
async function* sniffed(bytes: ByteStream, wholeBytes: number): AsyncGenerator<Uint8Array> {
  const enough = Math.min(sniffLength, wholeBytes);
  let first: Uint8Array | undefined = new Uint8Array(0);
  for await (const piece of bytes) {
    if (!first) {
      yield piece;
      continue;
    }
    first = Buffer.concat([first, piece]);
    if (first.length < enough) continue;
    requireAudio(first);
    yield first;
    first = undefined;
  }
  if (first && first.length > 0) yield first;
}

/** In words for somebody who holds the file, and no link to it. */
function requireAudio(first: Uint8Array): void {
  try {
    sniffAudio(first);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const [finding] = error.message.split('. ');
    throw new AppError(error.code, `${finding}. Play it on your own device; take it out here and choose another file.`);
  }
}
