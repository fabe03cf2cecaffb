import type { Block, SampleFormat } from '../media/samples.ts';
import { detectorFrame, detectorFrameLength, type SpeechDetector } from './detector.ts';

/** The grid of all measures. */
export const frameMs = 20;
export const framesPerSecond = 1000 / frameMs;

/** Frames below this are digital silence. */
export const levelDbfsMin = -96;

/** What is kept of a channel: some ten bytes for each 20 ms, so that three hours take a few megabytes. */
export interface ChannelFrames {
  /** dBFS of each frame: mean power without its constant part; 0 dBFS = full scale throughout. */
  levels: number[];
  /** Whether the detector heard speech in each frame; null without a detector. */
  heard: boolean[] | null;
}

/** Turns sample blocks of any size into 20 ms frames and keeps of each only what the measures need. */
export class FrameCollector {
  readonly channels: ChannelFrames[];
  readonly #sampleRate: number;
  readonly #detectors: SpeechDetector[] | null;
  readonly #buffers: Int16Array[];
  readonly #detectorInput = new Int16Array(detectorFrameLength);
  #samples = 0;
  #frameStart = 0;
  #power = 0;
  #differencePower = 0;

  /** `detectors`: one for each channel, or null where energy alone decides. */
  constructor(format: SampleFormat, detectors: SpeechDetector[] | null) {
    this.#sampleRate = format.sampleRate;
    this.#detectors = detectors;
    const each = Array.from({ length: format.channels });
    this.channels = each.map(() => ({ levels: [], heard: detectors ? [] : null }));
    this.#buffers = each.map(() => new Int16Array(Math.ceil(format.sampleRate / framesPerSecond)));
  }

  get seconds(): number {
    return this.#samples / this.#sampleRate;
  }

  get frameCount(): number {
    return this.channels[0]?.levels.length ?? 0;
  }

  /** Two channels whose difference has less than a thousandth of their power hold the same sound. */
  get identical(): boolean {
    return this.channels.length === 2 && this.#power > 0 && this.#differencePower < this.#power / 1000;
  }

  push(block: Block): void {
    const length = block[0]?.length ?? 0;
    let from = 0;
    while (from < length) {
      const to = Math.min(length, from + this.#frameEnd() - this.#samples);
      const at = this.#samples - this.#frameStart;
      for (let i = 0; i < block.length; i++) copy(block[i], from, to, this.#buffers[i], at);
      this.#samples += to - from;
      from = to;
      if (this.#samples === this.#frameEnd()) this.#closeFrame();
    }
  }

  /** Closes the last frame, filled up with silence. */
  finish(): void {
    const filled = this.#samples - this.#frameStart;
    if (filled === 0) return;
    for (const buffer of this.#buffers) buffer.fill(0, filled);
    this.#closeFrame();
  }

  /** Frames follow the clock also where a rate (11,025 Hz) has no whole number of samples in 20 ms. */
  #frameEnd(): number {
    return Math.floor(((this.frameCount + 1) * this.#sampleRate) / framesPerSecond);
  }

  #closeFrame(): void {
    const length = this.#frameEnd() - this.#frameStart;
    this.#frameStart += length;
    // With the usual rates all frames are as long as the buffers, and nothing is made for each of them.
    const isWhole = this.#buffers.every((buffer) => buffer.length === length);
    const frames = isWhole ? this.#buffers : this.#buffers.map((buffer) => buffer.subarray(0, length));
    for (let i = 0; i < frames.length; i++) this.#closeChannel(i, frames[i]);
    this.#compare(frames);
  }

  #closeChannel(index: number, frame: Int16Array | undefined): void {
    const channel = this.channels[index];
    if (!channel || !frame) return;
    channel.levels.push(levelOf(frame));
    channel.heard?.push(this.#hears(index, frame));
  }

  #hears(channel: number, frame: Int16Array): boolean {
    detectorFrame(frame, this.#detectorInput);
    return this.#detectors?.[channel]?.hears(this.#detectorInput) ?? false;
  }

  #compare([a, b]: Int16Array[]): void {
    if (!a || !b) return;
    for (let i = 0; i < a.length; i++) {
      const x = a[i] ?? 0;
      const y = b[i] ?? 0;
      this.#power += x * x + y * y;
      this.#differencePower += (x - y) * (x - y);
    }
  }
}

/** As `to.set(from.subarray(…), at)`, without a view for each frame. */
function copy(
  source: Int16Array | undefined,
  from: number,
  to: number,
  target: Int16Array | undefined,
  at: number,
): void {
  if (!source || !target) return;
  for (let i = from; i < to; i++) target[at + i - from] = source[i] ?? 0;
}

function levelOf(frame: Int16Array): number {
  let sum = 0;
  let squares = 0;
  for (const sample of frame) {
    sum += sample;
    squares += sample * sample;
  }
  const power = squares / frame.length - (sum / frame.length) ** 2;
  return Math.max(levelDbfsMin, 10 * Math.log10(power / 32768 ** 2));
}
