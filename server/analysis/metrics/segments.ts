/** A stretch of speech in frames; `to` is the first frame after it. */
export interface Segment {
  from: number;
  to: number;
}

/** Pauses inside a word or between two words are no silence: 200 ms. */
export const mergedGapFramesMax = 10;
/** Anything shorter than 100 ms is a click, not a word. */
export const burstFramesMin = 5;

/** Speech frames as segments: gaps up to `gapMax` merged first, then bursts under `burstMin` dropped. */
export function segmentsOf(
  active: ArrayLike<number>,
  gapMax: number = mergedGapFramesMax,
  burstMin: number = burstFramesMin,
): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < active.length; i++) {
    if (!active[i]) continue;
    const last = segments.at(-1);
    if (last && i - last.to <= gapMax) last.to = i + 1;
    else segments.push({ from: i, to: i + 1 });
  }
  return segments.filter((segment) => segment.to - segment.from >= burstMin);
}

/** The inverse: 1 for each frame inside a segment. */
export function framesOf(segments: Segment[], frameCount: number): Uint8Array {
  const active = new Uint8Array(frameCount);
  for (const { from, to } of segments) active.fill(1, from, to);
  return active;
}
