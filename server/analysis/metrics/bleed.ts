import { percentile } from './speech.ts';

/** A frame that lies this far below the other party's sound is that sound leaking. 15 dB fails at a leak of −15 dB. */
const dominanceDb = 12;
/** Leaks arrive late (echo) and smeared: the loudest frame within ±100 ms counts. */
const reachFrames = 5;
/** A rise of the background by this much while the other party speaks is a leak. */
const leakRiseDb = 3;
/** Less than half a second of evidence decides nothing. */
const evidenceFramesMin = 25;

interface Lane {
  levels: number[];
  active: Uint8Array;
  noiseFloorDbfs: number;
}

/**
 * Whether the other party's voice is heard in a channel: while only the other is loud, this channel's background lies
 * clearly above where it lies while nobody speaks.
 */
export function hasBleed(lane: Lane, other: Lane): boolean {
  const reference = loudest(other.levels);
  const under: number[] = [];
  const idle: number[] = [];
  for (const [i, level] of lane.levels.entries()) {
    const loud = other.active[i] === 1 && (other.levels[i] ?? 0) > other.noiseFloorDbfs + 20;
    if (loud && level < (reference[i] ?? 0) - dominanceDb) under.push(level);
    else if (!other.active[i] && !lane.active[i]) idle.push(level);
  }
  if (under.length < evidenceFramesMin) return false;
  const background = idle.length < evidenceFramesMin ? lane.noiseFloorDbfs : percentile(idle, 0.5);
  return percentile(under, 0.5) > Math.max(background, lane.noiseFloorDbfs) + leakRiseDb;
}

/** Takes out of a channel's speech frames those that the other party dominates. */
export function withoutBleed(active: Uint8Array, levels: number[], otherLevels: number[]): Uint8Array {
  const reference = loudest(otherLevels);
  return active.map((on, i) => (on && (levels[i] ?? 0) >= (reference[i] ?? 0) - dominanceDb ? 1 : 0));
}

/** For each frame the loudest level within the reach. */
function loudest(levels: number[]): Float32Array {
  return Float32Array.from(levels, (_, i) => {
    let max = Number.NEGATIVE_INFINITY;
    for (let j = Math.max(0, i - reachFrames); j <= Math.min(levels.length - 1, i + reachFrames); j++)
      max = Math.max(max, levels[j] ?? max);
    return max;
  });
}
