import type { Log } from '../log.ts';

/** A task that is done again and again: at once, then every so often and whenever it is asked for, one at a time. */
export interface RepeatedTask {
  /** Does it now; while it is under way, once more after it: what it looks for may have come after it had looked. */
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
  let isWanted = false;
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

  function begin(): void {
    if (isStopped || underWay) return;
    isWanted = false;
    underWay = attempt().finally(() => {
      underWay = undefined;
      if (isWanted) begin();
    });
  }

  const timer = setInterval(begin, everyMs);
  begin();
  return {
    run() {
      if (underWay) isWanted = true;
      else begin();
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await underWay;
    },
  };
}
