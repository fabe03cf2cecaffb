import type { Block } from './samples.ts';

/** A sample encoding that needs no other program. */
export interface Codec {
  /** Its name, as ffmpeg has it. */
  name: string;
  bytesPerSample: number;
  fullScale: number;
  /** Reads one sample as 16 bits. */
  sample(view: DataView, offset: number): number;
}

const mulawTable = Int16Array.from({ length: 256 }, (_, code) => fromMulaw(code));
const alawTable = Int16Array.from({ length: 256 }, (_, code) => fromAlaw(code));

const pcm: Record<number, Codec> = {
  8: { name: 'pcm_u8', bytesPerSample: 1, fullScale: 32512, sample: (v, o) => (v.getUint8(o) - 128) << 8 },
  16: { name: 'pcm_s16le', bytesPerSample: 2, fullScale: 32767, sample: (v, o) => v.getInt16(o, true) },
  24: { name: 'pcm_s24le', bytesPerSample: 3, fullScale: 32767, sample: (v, o) => v.getInt16(o + 1, true) },
  32: { name: 'pcm_s32le', bytesPerSample: 4, fullScale: 32767, sample: (v, o) => v.getInt16(o + 2, true) },
};
const alaw: Codec = { name: 'pcm_alaw', bytesPerSample: 1, fullScale: 32256, sample: table(alawTable) };
const mulaw: Codec = { name: 'pcm_mulaw', bytesPerSample: 1, fullScale: 32124, sample: table(mulawTable) };

/** The codec of a WAVE format tag, or null when it is not one of ours. */
export function codecOf(formatTag: number, bitsPerSample: number): Codec | null {
  if (formatTag === 1) return pcm[bitsPerSample] ?? null;
  if (bitsPerSample !== 8) return null;
  if (formatTag === 6) return alaw;
  return formatTag === 7 ? mulaw : null;
}

/** Decodes one recording. A block is valid until the next one: with new memory for each, V8 collects more than it measures. */
export class Decoder {
  readonly #codec: Codec;
  #channels: Int16Array[];

  constructor(codec: Codec, channels: number) {
    this.#codec = codec;
    this.#channels = Array.from({ length: channels }, () => new Int16Array(0));
  }

  /** Decodes whole sample groups; `bytes.length` must be a multiple of channels × bytesPerSample. */
  decode(bytes: Uint8Array): Block {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { bytesPerSample } = this.#codec;
    const step = bytesPerSample * this.#channels.length;
    const length = bytes.length / step;
    if (length > (this.#channels[0]?.length ?? 0)) this.#channels = this.#channels.map(() => new Int16Array(length));
    const block = this.#channels.map((channel) => channel.subarray(0, length));
    for (const [index, channel] of block.entries())
      for (let i = 0, at = index * bytesPerSample; i < length; i++, at += step)
        channel[i] = this.#codec.sample(view, at);
    return block;
  }
}

function table(values: Int16Array): Codec['sample'] {
  return (view, offset) => values[view.getUint8(offset)] ?? 0;
}

/** ITU-T G.711 µ-law to linear: inverted bits, 3-bit segment, 4-bit step, bias 33 (here in 16-bit scale: 132). */
function fromMulaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 0x07)) - 132;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** ITU-T G.711 A-law to linear: even bits inverted; segment 0 is linear; values lie in the middle of their step. */
function fromAlaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 0x07;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}
