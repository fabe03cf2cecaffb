import { setTimeout as delay } from 'node:timers/promises';

/** Waits, or returns early when the signal aborts. */
export async function wait(timeMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(timeMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Whether it ended within the time. What it throws is thrown. */
export async function endsWithin(ending: Promise<unknown>, timeMs: number): Promise<boolean> {
  const ended = new AbortController();
  const late = wait(timeMs, ended.signal).then(() => false);
  try {
    return await Promise.race([ending.then(() => true), late]);
  } finally {
    ended.abort();
  }
}
