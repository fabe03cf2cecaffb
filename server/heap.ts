import { setFlagsFromString } from 'node:v8';

/**
 * V8 lets each thread's young generation grow to 48 MB where the machine has memory to spare. This program waits most of
 * the time and streams the rest, so it keeps to a few megabytes. Imported first by what starts a process.
 */
const semiSpaceMb = 2;
setFlagsFromString(`--max-semi-space-size=${semiSpaceMb}`);
