import type { Block } from '../media/samples.ts';

/** Fewer samples at full scale in a row may be one true peak. */
const runMin = 3;

/** Counts the samples that stand in runs of three or more at the codec's full scale, in one channel after another. */
export class ClippingCounter {
  readonly #fullScale: number;
  readonly #runs: number[] = [];
  #clipped = 0;
  #samples = 0;

  constructor(fullScale: number) {
    this.#fullScale = fullScale;
  }

  /** Clipped samples ÷ all samples. */
  get ratio(): number {
    return this.#samples === 0 ? 0 : this.#clipped / this.#samples;
  }

  push(block: Block): void {
    for (const [index, channel] of block.entries()) {
      this.#runs[index] = this.#count(channel, this.#runs[index] ?? 0);
      this.#samples += channel.length;
    }
  }

  /** Goes on with a run that began in the block before; gives the run that is open at the end. */
  #count(channel: Int16Array, openRun: number): number {
    let run = openRun;
    for (const sample of channel) {
      if (sample < this.#fullScale && sample > -this.#fullScale) {
        run = 0;
        continue;
      }
      run++;
      if (run === runMin) this.#clipped += runMin;
      else if (run > runMin) this.#clipped++;
    }
    return run;
  }
}
