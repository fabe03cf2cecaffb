/** How long to wait after so many failures before this one: each wait `factor` times the one before it, up to a longest. */
export function backoffMs(failures: number, firstMs: number, longestMs: number, factor = 2): number {
  return Math.min(firstMs * factor ** failures, longestMs);
}

/** By chance between two shares of a time, so that what failed together does not come back together. */
export function spreadMs(timeMs: number, [least, most]: readonly [number, number], random = Math.random): number {
  return timeMs * (least + (most - least) * random());
}
