import { setFlagsFromString } from 'node:v8';

/**
 * How this program's threads, all alike, keep their memory small. Imported first by what starts a process, and by what
 * relies on it.
 *
 * V8 lets each thread's young generation grow to 48 MB where the machine has memory to spare. This program waits most of
 * the time and streams the rest, so it keeps to a few megabytes.
 */
const semiSpaceMb = 2;
setFlagsFromString(`--max-semi-space-size=${semiSpaceMb}`);

/** For young-garbage.ts: V8 shows its collector to contexts that are made from now on. */
setFlagsFromString('--expose-gc');
