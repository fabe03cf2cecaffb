import type { AcousticMeasure } from './quality.ts';

/** Seconds from the start of the recording. */
export interface Span {
  start: number;
  end: number;
}

/** A stretch of the player's lanes. */
export interface Lanes {
  agent: Span[] | null;
  customer: Span[] | null;
  /** Mono recordings have one lane of speech without a party. */
  speech: Span[];
  dead_air: Span[];
  overlap: Span[];
}

/** Things a listener should know before trusting the figures. */
export const warningCodes = [
  'bleed',
  'clipping',
  'tone',
  'identical_channels',
  'uncertain_speech',
  'truncated',
] as const;
export type WarningCode = (typeof warningCodes)[number];

/** Why a measure has no value. */
export const unmeasuredCodes = ['mono', 'identical_channels', 'no_speech', 'no_responses'] as const;
export type UnmeasuredCode = (typeof unmeasuredCodes)[number];

/** Each measure's value, or null with the reason in `unmeasured`. */
export interface Measures {
  values: Record<AcousticMeasure, number | null>;
  unmeasured: Partial<Record<AcousticMeasure, UnmeasuredCode>>;
  lanes: Lanes;
  warnings: WarningCode[];
  /** How it was made, so that the figure can be made again. */
  method: { engine: string; frame_ms: number; dead_air_seconds: number; noise_floor_dbfs: number[]; snr_db: number[] };
}

/** What the container says about a recording. Durations in seconds. */
export interface AudioFacts {
  container: string;
  codec: string;
  channels: number;
  sample_rate: number;
  duration_seconds: number;
}

export interface TranscriptTurn {
  role: 'agent' | 'customer' | null;
  text: string;
  start_seconds: number | null;
}
