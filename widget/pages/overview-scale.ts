/** The values that an axis names, from 0 up to at least `most`: whole, evenly spaced, at most five, each 1, 2 or 5 × 10ⁿ. */
export function axisTicks(most: number): number[] {
  const step = stepFor(Math.max(1, most) / 4);
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

function stepFor(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least) ?? 10;
  return Math.max(1, factor * power);
}

/** Every how many of `count` labels one is written, so that each has `labelWidth` pixels of `width`. */
export function labelStride(count: number, width: number, labelWidth: number): number {
  return Math.max(1, Math.ceil((count * labelWidth) / Math.max(1, width)));
}
