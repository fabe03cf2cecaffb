import { setFlagsFromString } from 'node:v8';

/**
 * How this program's threads, all alike, keep their memory small. Imported first by what starts a process, and by what
 * relies on it.
 *
 * V8 lets each thread's young generation grow to 48 MB where the machine has memory to spare. This program waits most of
 * the time and streams the rest, so it keeps to a few megabytes.
 */
const usualSemiSpaceMb = 2;
limitSemiSpace(usualSemiSpaceMb);

/** For young-garbage.ts: V8 shows its collector to contexts that are made from now on. */
setFlagsFromString('--expose-gc');

/**
 * Lets threads that begin from now on have more room for new objects, until what is returned is called: V8 reads the limit once
 * for each thread, when it begins.
 */
export function allowSemiSpace(semiSpaceMb: number): () => void {
  limitSemiSpace(semiSpaceMb);
  return () => limitSemiSpace(usualSemiSpaceMb);
}

function limitSemiSpace(megabytes: number): void {
  setFlagsFromString(`--max-semi-space-size=${megabytes}`);
}
