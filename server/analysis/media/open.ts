import { AppError } from '../../../shared/error.ts';
import { ByteReader } from './byte-reader.ts';
import { ffmpegSamples } from './ffmpeg.ts';
import type { SampleStream } from './samples.ts';
import { sniffAudio, sniffLength } from './sniff.ts';
import { readWavHeader, wavSamples } from './wav.ts';

export interface OpenOptions {
  /** Without it only WAV files with PCM, µ-law or A-law can be read. */
  ffmpegPath?: string | undefined;
  signal?: AbortSignal | undefined;
  /** The longest that a decoding with ffmpeg may take. */
  timeoutMs?: number | undefined;
}

/**
 * Starts decoding a recording from its bytes. Reads no more than the header before it returns.
 * Throws AppError `not_audio`, or `unsupported_audio` where the encoding needs ffmpeg and there is none.
 */
export async function openAudio(stream: AsyncIterable<Uint8Array>, options: OpenOptions): Promise<SampleStream> {
  const reader = new ByteReader(stream);
  try {
    const samples = await choose(reader, options);
    if (samples.format.channels > 2) throw tooManyChannels(samples.format.channels);
    return samples;
  } catch (thrown) {
    // Not waited for: a source that stalls cannot be closed before it moves again, and the failure is known already.
    reader.close().catch(() => undefined);
    throw thrown;
  }
}

async function choose(reader: ByteReader, options: OpenOptions): Promise<SampleStream> {
  const { container } = sniffAudio(await reader.peek(sniffLength));
  let encoding: string = container;
  if (container === 'wav') {
    const header = await readWavHeader(reader);
    if (header.codec) return wavSamples(reader, header, header.codec);
    encoding = `WAV with encoding 0x${header.formatTag.toString(16).padStart(2, '0')}`;
  }
  const { ffmpegPath, ...rest } = options;
  if (!ffmpegPath) throw needsFfmpeg(encoding);
  return ffmpegSamples(reader.replay(), container, { ffmpegPath, ...rest });
}

function needsFfmpeg(encoding: string): AppError {
  const message = `The recording is ${encoding}, and reading that needs the program ffmpeg, which this machine lacks. Install ffmpeg, or send WAV files with PCM, µ-law or A-law sound.`;
  return new AppError('unsupported_audio', message);
}

function tooManyChannels(channels: number): AppError {
  const message = `The recording has ${channels} channels; one (mixed) or two (one for each party) can be measured. Export it with one channel for each party.`;
  return new AppError('unsupported_audio', message);
}
