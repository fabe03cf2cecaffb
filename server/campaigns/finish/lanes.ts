/**
 * Does something with each item, so many at once. Where it throws for one of them, the others are aborted, and it is thrown
 * once they have ended: what is tried again must not be under way still.
 */
export async function inLanes<T>(
  items: Iterable<T>,
  { count, signal }: { count: number; signal: AbortSignal },
  act: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  const failures: unknown[] = [];
  const lane = async () => {
    try {
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        either.throwIfAborted();
        await act(next.value, either);
      }
    } catch (error) {
      failures.push(error);
      failing.abort(error);
    }
  };
  await Promise.all(Array.from({ length: count }, lane));
  if (failures.length > 0) throw failures[0];
}
