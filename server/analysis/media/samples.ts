/** One block of a recording: a channel each, 16-bit samples, all of one length. */
export type Block = Int16Array[];

/** What is known of a recording once its header was read. */
export interface SampleFormat {
  channels: number;
  sampleRate: number;
  /** The largest sample that the codec can say; a run of them is clipping. */
  fullScale: number;
}

/** What is known only at the end. */
export interface Ending {
  container: string;
  codec: string;
  /** The file promised more sound than it held. */
  truncated: boolean;
}

/**
 * A recording being decoded. `blocks` is read once, to its end; only then may `ending` be called. A block is valid until
 * the next one is asked for.
 */
export interface SampleStream {
  format: SampleFormat;
  blocks: AsyncIterable<Block>;
  ending(): Ending;
}
