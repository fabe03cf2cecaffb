import type { Change } from './feed.ts';

/** What waits to be told to one follower. */
export interface Listener {
  tell(change: Change): void;
  /** Waits for changes: all that there are at once, or none when the time is over or the signal aborts. */
  take(options: { signal: AbortSignal; timeoutMs: number }): AsyncGenerator<Change>;
}

/** A slow client is told the last state of each thing and never a long story, so what waits stays small. */
export function openListener(): Listener {
  const waiting = new Map<string, Change>();
  let wake: (() => void) | undefined;
  return {
    tell(change) {
      waiting.set(`${change.topic} ${change.id}`, change);
      wake?.();
    },
    async *take({ signal, timeoutMs }) {
      const started = performance.now();
      while (waiting.size === 0 && !signal.aborted && performance.now() - started < timeoutMs)
        await new Promise<void>((resolve) => {
          wake = once(resolve, timeoutMs - (performance.now() - started), signal);
        });
      const changes = [...waiting.values()];
      waiting.clear();
      yield* changes;
    },
  };
}

/** Calls `done` at the first of: being called, the time being over, the signal. Leaves neither timer nor listener. */
function once(done: () => void, timeoutMs: number, signal: AbortSignal): () => void {
  const finish = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', finish);
    done();
  };
  const timer = setTimeout(finish, Math.max(0, timeoutMs));
  signal.addEventListener('abort', finish);
  return finish;
}
