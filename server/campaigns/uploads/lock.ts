import { AppError } from '../../../shared/error.ts';

export interface UploadLock {
  /** Aborts when somebody else wants to go on with the upload. */
  signal: AbortSignal;
  free(): void;
}

export interface UploadLocks {
  /** Throws `item_changed` where whoever holds it does not let go in time. */
  take(id: string): Promise<UploadLock>;
}

const patienceMs = 10_000;

/**
 * One request at a time for each upload in this program. Whoever comes second asks the first to end, waits, and then
 * finds what the first had stored: so does a client whose line broke and whose old request has not noticed. Between
 * programs the offset in the database decides.
 */
export function openUploadLocks(): UploadLocks {
  const held = new Map<string, { asked: AbortController; freed: Promise<void> }>();
  return {
    async take(id) {
      const giveUp = AbortSignal.timeout(patienceMs);
      for (let other = held.get(id); other; other = held.get(id)) {
        other.asked.abort();
        await Promise.race([other.freed, aborted(giveUp)]);
        if (giveUp.aborted)
          throw new AppError('item_changed', 'Another request still writes this upload. Try again in a moment.');
      }
      const asked = new AbortController();
      let wake: () => void = () => undefined;
      const freed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      held.set(id, { asked, freed });
      return {
        signal: asked.signal,
        free() {
          held.delete(id);
          wake();
        },
      };
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
