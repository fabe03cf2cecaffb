import { AppError } from '../../../shared/error.ts';
import type { ByteReader } from './byte-reader.ts';
import { type Codec, codecOf, Decoder } from './codec.ts';
import type { Block, SampleStream } from './samples.ts';
import { notAudio } from './sniff.ts';

/** What a WAV file's chunks before its sound say. */
export interface WavHeader {
  /** null: a codec that ffmpeg has to decode. */
  codec: Codec | null;
  formatTag: number;
  channels: number;
  sampleRate: number;
  /** null where the writer could not know it when it wrote the header. */
  dataBytes: number | null;
}

/** A header longer than this is no telephone recording's; it also bounds what is kept for ffmpeg. */
const headerBytesMax = 1 << 20;

/** Writers to a pipe leave 0, the largest number, or (sox) just under 2 GiB. */
const unknownLengthFrom = 0x7ffff000;

const extensible = 0xfffe;

/**
 * Reads up to the first byte of sound, whatever other chunks stand before it.
 * Throws AppError `not_audio` where there is no format or no sound.
 */
export async function readWavHeader(reader: ByteReader): Promise<WavHeader> {
  await reader.read(12);
  let format: Omit<WavHeader, 'dataBytes'> | null = null;
  while (reader.recordedLength <= headerBytesMax || format) {
    const head = await reader.read(8);
    if (head.length < 8) throw notAudio('it is a WAV header without any sound');
    const size = viewOf(head).getUint32(4, true);
    const id = String.fromCharCode(...head.subarray(0, 4));
    if (id === 'data') return withData(format, size, await reader.peek(4));
    if (id === 'fmt ') format = parseFormat(await reader.read(size + (size % 2)));
    else await reader.skip(size + (size % 2));
  }
  throw notAudio('it is a WAV file that does not say its format in its first megabyte');
}

function parseFormat(chunk: Uint8Array): Omit<WavHeader, 'dataBytes'> {
  if (chunk.length < 16) throw notAudio('it is a WAV file whose format is cut off');
  const view = viewOf(chunk);
  const tag = view.getUint16(0, true);
  // WAVE_FORMAT_EXTENSIBLE keeps the real tag in the first two bytes of its GUID.
  const formatTag = tag === extensible && chunk.length >= 26 ? view.getUint16(24, true) : tag;
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  if (channels === 0 || sampleRate < 1000 || sampleRate > 384_000)
    throw notAudio(`it is a WAV file with ${channels} channels at ${sampleRate} samples a second`);
  return { codec: codecOf(formatTag, view.getUint16(14, true)), formatTag, channels, sampleRate };
}

function withData(format: Omit<WavHeader, 'dataBytes'> | null, size: number, next: Uint8Array): WavHeader {
  if (!format)
    throw new AppError(
      'unsupported_audio',
      'The WAV file has its sound before its format. Save it again with a usual audio program.',
    );
  if (next.length === 0) throw notAudio('it is a WAV header without any sound');
  const chunk = String.fromCharCode(...next);
  if (size === 0 && ['LIST', 'fact', 'bext', 'id3 '].includes(chunk))
    throw notAudio('it is a WAV header without any sound');
  return { ...format, dataBytes: size === 0 || size >= unknownLengthFrom ? null : size };
}

/** Decodes the sound that follows a header just read. The codec must be one of ours. */
export function wavSamples(reader: ByteReader, header: WavHeader, codec: Codec): SampleStream {
  const align = codec.bytesPerSample * header.channels;
  const decoder = new Decoder(codec, header.channels);
  let bytesRead = 0;
  async function* blocks(): AsyncGenerator<Block> {
    for await (const bytes of aligned(reader.chunks(header.dataBytes ?? undefined), align)) {
      bytesRead += bytes.length;
      yield decoder.decode(bytes);
    }
  }
  const frameBytes = (header.sampleRate / 50) * align;
  return {
    format: { channels: header.channels, sampleRate: header.sampleRate, fullScale: codec.fullScale },
    blocks: blocks(),
    ending: () => ({
      container: 'wav',
      codec: codec.name,
      truncated: header.dataBytes !== null && header.dataBytes - bytesRead > frameBytes,
    }),
  };
}

/** Cuts a stream into pieces of whole sample groups; an incomplete last group is dropped. */
async function* aligned(chunks: AsyncIterable<Uint8Array>, align: number): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % align);
    rest = bytes.slice(whole);
    if (whole > 0) yield bytes.subarray(0, whole);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
