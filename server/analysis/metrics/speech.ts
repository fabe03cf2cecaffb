import { type ChannelFrames, framesPerSecond } from './frames.ts';
import { segmentsOf } from './segments.ts';

/** A channel's background and which of its frames hold speech. */
export interface Speech {
  /** 1 for each frame with speech. */
  active: Uint8Array;
  /** What energy alone says, for comparison. */
  byEnergy: Uint8Array;
  noiseFloorDbfs: number;
}

/** Gaps of digital silence would give a floor that every hiss exceeds. */
const noiseFloorDbfsMin = -75;
/** Speech under this level could not be followed by a listener either. */
const speechPeakDbfsMin = -60;
/** How far above the floor a stretch must reach to be speech at all. */
const speechPeakAboveFloorDb = 8;
/** What libfvad adds at the end of speech (its hang-over), in frames. */
const hangOverFramesMax = 8;
const disagreementMax = 0.25;

/** Decides which frames of a channel are speech: the detector decides, energy trims its edges; without it energy alone. */
export function speechOf(channel: ChannelFrames): Speech {
  const noiseFloorDbfs = Math.max(noiseFloorDbfsMin, percentile(channel.levels, 0.1));
  const byEnergy = energySpeech(channel.levels, noiseFloorDbfs);
  if (!channel.heard) return { active: byEnergy, byEnergy, noiseFloorDbfs };
  return { active: trimmed(channel.levels, channel.heard, noiseFloorDbfs), byEnergy, noiseFloorDbfs };
}

/** Detector and energy differ by more than a quarter: the figures deserve less trust. */
export function isUncertain({ active, byEnergy }: Speech): boolean {
  const [heard, loud] = [count(active), count(byEnergy)];
  return Math.abs(heard - loud) > disagreementMax * Math.max(heard, loud, framesPerSecond);
}

/** The value below which the given share of the values lies. */
export function percentile(values: ArrayLike<number>, share: number): number {
  // Unlike Float32Array.from, the constructor makes no list of its own first.
  const sorted = new Float32Array(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function energySpeech(levels: number[], floor: number): Uint8Array {
  const threshold = Math.max(floor + 9, speechPeakDbfsMin);
  const active = new Uint8Array(levels.length);
  for (let i = 0; i < active.length; i++) active[i] = (levels[i] ?? 0) > threshold ? 1 : 0;
  return active;
}

function trimmed(levels: number[], heard: boolean[], floor: number): Uint8Array {
  const active = new Uint8Array(heard.length);
  for (let i = 0; i < active.length; i++) active[i] = heard[i] ? 1 : 0;
  // In noise weak speech lies near the floor: the less room there is above it, the less is trimmed.
  const threshold = floor + Math.min(6, (percentile(levels, 0.95) - floor) / 8);
  for (const run of segmentsOf(active, 0, 1)) {
    const peak = levels.slice(run.from, run.to).reduce((max, level) => Math.max(max, level));
    if (peak < Math.max(floor + speechPeakAboveFloorDb, speechPeakDbfsMin)) {
      active.fill(0, run.from, run.to);
      continue;
    }
    const isQuiet = (frame: number) => (levels[frame] ?? 0) < threshold;
    for (let i = run.to - 1; i >= run.to - hangOverFramesMax && isQuiet(i); i--) active[i] = 0;
    for (let i = run.from; i < run.from + hangOverFramesMax && isQuiet(i); i++) active[i] = 0;
  }
  return active;
}

export function count(active: Uint8Array): number {
  return active.reduce((sum, one) => sum + one, 0);
}
