/** How long to wait after so many failures before this one: each wait twice the one before it, up to a longest. */
export function backoffMs(failures: number, firstMs: number, longestMs: number): number {
  return Math.min(firstMs * 2 ** failures, longestMs);
}

/** By chance between two shares of a time, so that what failed together does not come back together. */
export function spreadMs(timeMs: number, [least, most]: readonly [number, number], random = Math.random): number {
  return timeMs * (least + (most - least) * random());
}

const awayPausesMs = [1_000, 4_000, 15_000, 60_000, 60_000];
const awaitedPauses = 3;

/**
 * The pauses before another system is asked again; there are no more attempts than that. What runs by itself, at night,
 * waits for one that is started again within two minutes. `isAwaited`: somebody waits for the end, and has it soon.
 */
export function pausesWhileAway({ isAwaited = false }: { isAwaited?: boolean | undefined }): readonly number[] {
  return isAwaited ? awayPausesMs.slice(0, awaitedPauses) : awayPausesMs;
}

/** The pause after so many failed attempts, somewhat longer by chance; undefined: that was the last one. */
export function pauseAfter(attempts: number, pausesMs: readonly number[]): number | undefined {
  const pauseMs = pausesMs[attempts - 1];
  return pauseMs === undefined ? undefined : spreadMs(pauseMs, [1, 1.25]);
}
