import { AppError } from '../../../shared/error.ts';
import { sniffAudio, sniffLength } from '../../analysis/media/sniff.ts';
import type { ByteStream } from '../../byte-stream.ts';

/** Larger than a day of uncompressed telephone audio on two channels. */
export const recordingBytesMax = 2 * 1024 ** 3;

/**
 * The same bytes, or `not_audio` before the first of them when they do not begin like audio, `audio_too_large`, or
 * `cancelled` when the signal aborts.
 */
export async function* audioOnly(content: ByteStream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let first: Uint8Array | undefined = new Uint8Array(0);
  let length = 0;
  for await (const bytes of content) {
    if (signal.aborted) throw signal.reason;
    length += bytes.length;
    if (length > recordingBytesMax) throw tooLarge();
    if (!first) {
      yield bytes;
      continue;
    }
    first = first.length === 0 ? bytes : Buffer.concat([first, bytes]);
    if (first.length < sniffLength) continue;
    sniffAudio(first);
    yield first;
    first = undefined;
  }
  if (!first) return;
  sniffAudio(first);
  yield first;
}

function tooLarge(): AppError {
  const gigabytes = recordingBytesMax / 1024 ** 3;
  return new AppError('audio_too_large', `The recording is larger than ${gigabytes} GB, the most that is taken.`);
}
