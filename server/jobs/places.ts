import { wait } from '../wait.ts';

const runsAtOnce = 3;
/** Of so many that wait for another system others have the places; when they go on, they are under way beside those. */
const besideMost = 3;

/** How many runs one thread has under way: one that waits for another system to come back needs no place. */
export class Places {
  #pausing = 0;

  get most(): number {
    return runsAtOnce + Math.min(this.#pausing, besideMost);
  }

  /** What one run lets time pass with, several at once where its destinations are several. Throws when it is aborted. */
  pauserOf(signal: AbortSignal): (timeMs: number) => Promise<void> {
    let pauses = 0;
    return async (timeMs) => {
      if (pauses++ === 0) this.#pausing++;
      try {
        await wait(timeMs, signal);
      } finally {
        if (--pauses === 0) this.#pausing--;
      }
      signal.throwIfAborted();
    };
  }
}
