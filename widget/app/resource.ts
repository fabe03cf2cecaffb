import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Change, Changes } from '../api/changes.ts';
import { type Problem, problemOf } from '../api/problem.ts';

/** Changes often come in bursts (counts of a running import): one reading serves them all. */
const settleMs = 250;
/** A stream changes all day: between two readings there is at least so many times what the last one took. */
const restFactor = 4;
/** A reading may have waited for its person to sign in again, or slept with the machine: that says nothing of the next. */
const longestRestMs = 30_000;

/**
 * Data that an element shows: read when asked, read again when it changed on the server, the last answer kept on the
 * screen meanwhile. An answer to an older question than the newest is thrown away; a change breaks none off, or what
 * changes faster than it can be read would never be shown.
 */
export class Resource<T> implements ReactiveController {
  value: T | undefined;
  problem: Problem | undefined;
  isLoading = false;
  private readonly host: ReactiveControllerHost;
  private readonly read: (signal: AbortSignal) => Promise<T>;
  private abort: AbortController | undefined;
  private unlisten: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** It changed while it was being read. */
  private isStale = false;
  private tookMs = 0;
  private leastRestMs = settleMs;

  constructor(host: ReactiveControllerHost, read: (signal: AbortSignal) => Promise<T>) {
    this.host = host;
    this.read = read;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.unlisten?.();
    this.unlisten = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.abort?.abort();
    this.isLoading = false;
  }

  /** Reads now and again on changes of the topics, but rests for so long before each time. */
  follow(changes: Changes, topics: readonly Change['topic'][], leastRestMs = settleMs): void {
    this.unlisten?.();
    this.leastRestMs = leastRestMs;
    this.unlisten = changes.listen(topics, this.loadSoon);
    void this.load();
  }

  /** Reads once it has rested; of what is being read by then, once more. */
  readonly loadSoon = (): void => {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        if (this.isLoading) this.isStale = true;
        else void this.load();
      },
      Math.max(this.leastRestMs, Math.min(restFactor * this.tookMs, longestRestMs)),
    );
  };

  /** Takes away what is shown: for another question altogether. An answer to the one before is not waited for. */
  clear(): void {
    this.drop();
    this.value = undefined;
  }

  /** The same where what is shown stays until the new question has its answer: what was wrong with the old one goes. */
  drop(): void {
    this.abort?.abort();
    this.isLoading = false;
    this.problem = undefined;
  }

  readonly load = async (): Promise<void> => {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.isLoading = true;
    this.isStale = false;
    this.host.requestUpdate();
    const startedAt = performance.now();
    try {
      const value = await this.read(abort.signal);
      if (abort.signal.aborted) return;
      this.value = value;
      this.problem = undefined;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.problem = problemOf(error);
    }
    this.tookMs = performance.now() - startedAt;
    this.isLoading = false;
    this.host.requestUpdate();
    if (this.isStale) this.loadSoon();
  };
}

/** Something that a person set off: busy while it goes on, its problem kept until the next try. */
export class Action implements ReactiveController {
  isBusy = false;
  problem: Problem | undefined;
  private readonly host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.problem = undefined;
  }

  /** Runs it unless one is running. True when it went well. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    this.problem = undefined;
    this.host.requestUpdate();
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.isBusy = false;
      this.host.requestUpdate();
    }
  }
}
