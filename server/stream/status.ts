import type { ReaderState, ReaderStatus } from '../../db/queries/stream-readers.ts';
import type { Failure } from '../../shared/error.ts';

const windowSeconds = 10;

/** Events a second, over the last ten. */
export class EventRate {
  readonly #counts = new Map<number, number>();

  add(count: number, nowMs = performance.now()): void {
    const second = Math.floor(nowMs / 1000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + count);
  }

  perSecond(nowMs = performance.now()): number {
    const first = Math.floor(nowMs / 1000) - windowSeconds;
    let sum = 0;
    for (const [second, count] of this.#counts) {
      if (second <= first) this.#counts.delete(second);
      else sum += count;
    }
    return sum / windowSeconds;
  }
}

/** How this process stands with one stream, as it is shown. */
export class FollowerStatus {
  readonly rate = new EventRate();
  state: ReaderState = 'starting';
  failure: Failure | undefined;
  /** What was lost today. */
  warning: string | undefined;
  partitions = 0;
  lag = 0;
  lastEventAt: Date | null = null;
  restarts = 0;

  /** `hasPartitions`: else it waits for some, while others have them. */
  works(hasPartitions: boolean): void {
    this.state = hasPartitions ? 'following' : 'starting';
    this.failure = undefined;
  }

  /** Nothing is read any more, so nobody knows what waits to be. */
  readsNothing(): void {
    this.partitions = 0;
    this.lag = 0;
  }

  fails(failure: Failure): void {
    this.state = 'failing';
    this.failure = failure;
  }

  snapshot(owner: { accountId: number; connectorId: number }): ReaderStatus {
    const { state, partitions, lag, lastEventAt, restarts, failure, warning } = this;
    const error = [failure?.message, warning].filter((text) => text !== undefined).join(' ') || null;
    const { accountId, connectorId } = owner;
    const eventsPerSecond = this.rate.perSecond();
    return { accountId, connectorId, state, partitions, lag, eventsPerSecond, lastEventAt, restarts, error };
  }
}
