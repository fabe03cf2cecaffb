import { setFlagsFromString } from 'node:v8';

/**
 * How this program's threads, all alike, keep their memory small. Imported first by what starts a process, and by what
 * relies on it.
 *
 * V8 lets each thread's young generation grow to 48 MB where the machine has memory to spare. This program waits most of
 * the time and streams the rest, so it keeps to a few megabytes. The first thread is there before this is read: what starts
 * the program says the same with --max-semi-space-size=2, which spares some 20 MB.
 *
 * Memory outside V8 is the C library's. glibc gives many threads an arena each and, once a large buffer was freed, keeps the
 * like of it. What starts the program therefore sets MALLOC_ARENA_MAX=2 and MALLOC_TRIM_THRESHOLD_=131072 (a threshold
 * that was set does not grow: mallopt(3)), which spares some 30 MB more after a few large reports.
 */
const usualSemiSpaceMb = 2;
limitSemiSpace(usualSemiSpaceMb);

/** For young-garbage.ts: V8 shows its collector to contexts that are made from now on. */
setFlagsFromString('--expose-gc');

/** Threads that are beginning with more room than usual. */
let beginning = 0;

/**
 * Lets threads that begin from now on have more room for new objects, until what is returned is called: V8 reads the limit once
 * for each thread, when it begins.
 */
export function allowSemiSpace(semiSpaceMb: number): () => void {
  let isOver = false;
  beginning++;
  limitSemiSpace(semiSpaceMb);
  return () => {
    if (isOver) return;
    isOver = true;
    if (--beginning === 0) limitSemiSpace(usualSemiSpaceMb);
  };
}

function limitSemiSpace(megabytes: number): void {
  setFlagsFromString(`--max-semi-space-size=${megabytes}`);
}
