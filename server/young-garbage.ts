import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * A buffer's bytes lie outside V8's heap, where V8 sees little of them: dead ones pile up to some 64 MB in each thread
 * before it looks for them. Whoever passes many buffers on counts them here, and the young ones among the dead are
 * cleared away every two megabytes. That takes about a millisecond, as the young generation is kept small (heap.ts).
 */
export function countPassing(bytes: number): void {
  passed += bytes;
  if (passed < clearEveryBytes) return;
  passed = 0;
  clear ??= openClearing();
  clear({ type: 'minor' });
}

const clearEveryBytes = 2 * 1024 ** 2;

type Clear = (options: { type: 'minor' }) => void;

/** Of this thread. */
let passed = 0;
let clear: Clear | undefined;

/** V8 shows its collector to contexts that are made after the flag is set. */
function openClearing(): Clear {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Clear;
}
