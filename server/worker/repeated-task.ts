import type { Log } from '../log.ts';

/** A task that is done again and again: at once, then every so often and whenever it is asked for, one at a time. */
export interface RepeatedTask {
  /** Does it now. While it is under way it is not begun again. */
  run(): void;
  /** Begins it no more, and waits for the end of what is under way. */
  stop(): Promise<void>;
}

export interface RepeatedTaskSettings {
  everyMs: number;
  log: Log;
  /** What the log says of a failure: once until it works again, because it may come back every second. */
  complaint: string;
}

/** A failure ends nothing: the next time is another attempt. */
export function startRepeatedTask(
  task: () => Promise<void>,
  { everyMs, log, complaint }: RepeatedTaskSettings,
): RepeatedTask {
  let underWay: Promise<void> | undefined;
  let isFailing = false;
  let isStopped = false;

  async function attempt(): Promise<void> {
    try {
      await task();
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, complaint);
      isFailing = true;
    }
  }

  function run(): void {
    if (isStopped) return;
    underWay ??= attempt().finally(() => {
      underWay = undefined;
    });
  }

  const timer = setInterval(run, everyMs);
  run();
  return {
    run,
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await underWay;
    },
  };
}
